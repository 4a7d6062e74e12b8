"""The baselines of every task, run and measured on the validation rows."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from models.baselines import (
    answers,
    classification,
    language_modeling,
    multi_label,
    regression,
    summarization,
    tags,
    translation,
)
from models.baselines.contract import Baseline, BaselineData
from models.metrics import METRICS, primary

__all__ = ["BASELINES", "Baseline", "BaselineData", "run_baselines"]

Method = Callable[[BaselineData], dict[str, float]]

BASELINES: dict[str, dict[str, Method]] = {
    "text_classification": {
        "most frequent class": classification.most_frequent,
        "TF-IDF and logistic regression": classification.logistic,
    },
    "multi_label_classification": {
        "most frequent set of labels": multi_label.most_frequent,
        "TF-IDF and logistic regression of each label": multi_label.logistic,
    },
    "regression": {"mean": regression.mean, "TF-IDF and ridge regression": regression.ridge},
    "token_classification": {"most frequent tag": tags.most_frequent, "most frequent tag of the word": tags.of_word},
    "question_answering": {"first sentence": answers.first, "sentence most like the question": answers.overlap},
    "translation": {
        "copy of the source": translation.copy,
        "most frequent word beside each word": translation.most_frequent_word,
        "word by word (IBM model 1)": translation.word_by_word,
    },
    "summarization": {"first sentence": summarization.lead, "central sentence (TF-IDF)": summarization.central},
    "language_modeling": {
        "unigrams": language_modeling.unigrams,
        "4-grams (Kneser-Ney)": language_modeling.kneser_ney,
    },
}
"""The methods of each task by name, the trivial one first."""


def run_baselines(task: str, data: Any) -> tuple[Baseline, ...]:
    """What simple methods reach on the validation rows.

    Args:
        task: Name of the task.
        data: As `BaselineData` says; for `multi_task`: `parts`, its data by name, and `about` with `tasks`, the parts'
            tasks, and `weights`, 1 for parts not named.

    Returns:
        The trivial baseline first, then better ones. For `multi_task` the metrics are `<part>/<metric>` and `score`,
        the weighted mean of the parts' usual metrics: the trivial baselines together, and the best others together.

    Raises:
        KeyError: There is no such task.
    """
    if task == "multi_task":
        return _run_parts(data.parts, data.about["tasks"], data.about.get("weights", {}))
    return tuple(
        _run(name, method, data, majority=number == 0) for number, (name, method) in enumerate(BASELINES[task].items())
    )


def _run(name: str, method: Method, data: BaselineData, *, majority: bool) -> Baseline:
    start = time.perf_counter()
    metrics = method(data)
    return Baseline(name, metrics, time.perf_counter() - start, majority)


def _run_parts(
    parts: Mapping[str, BaselineData], tasks: Mapping[str, str], weights: Mapping[str, float]
) -> tuple[Baseline, ...]:
    ran = {part: run_baselines(tasks[part], data) for part, data in parts.items()}
    trivial = {part: next(one for one in found if one.majority) for part, found in ran.items()}
    better = {part: _best(tasks[part], [one for one in found if not one.majority]) for part, found in ran.items()}
    return (
        _together("the parts' trivial baselines", trivial, tasks, weights),
        _together("the parts' best baselines", better, tasks, weights),
    )


def _best(task: str, found: list[Baseline]) -> Baseline:
    name = primary(task)
    return (max if METRICS[task][name] else min)(found, key=lambda one: one.metrics[name])


def _together(
    name: str, chosen: Mapping[str, Baseline], tasks: Mapping[str, str], weights: Mapping[str, float]
) -> Baseline:
    metrics = {f"{part}/{metric}": value for part, one in chosen.items() for metric, value in one.metrics.items()}
    total = sum(weights.get(part, 1.0) for part in chosen)
    metrics["score"] = (
        sum(weights.get(part, 1.0) * metrics[f"{part}/{primary(tasks[part])}"] for part in chosen) / total
    )
    seconds = sum(one.seconds for one in chosen.values())
    return Baseline(name, metrics, seconds, all(one.majority for one in chosen.values()))
