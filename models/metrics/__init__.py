"""What is measured of each task, and the functions that measure it.

A module a kind of answer, each with one `<task>_scores` function that returns every metric of its task but `loss`.
The modules are imported one by one: a trial process does not pay for what its task does not use.
"""

from __future__ import annotations

METRICS: dict[str, dict[str, bool]] = {
    "text_classification": {"accuracy": True, "macro_f1": True, "mcc": True, "f1": True, "loss": False},
    "multi_label_classification": {"micro_f1": True, "macro_f1": True, "subset_accuracy": True, "loss": False},
    "regression": {"spearman": True, "pearson": True, "mse": False, "mae": False, "loss": False},
    "token_classification": {"f1": True, "precision": True, "recall": True, "accuracy": True, "loss": False},
    "question_answering": {"f1": True, "exact_match": True, "loss": False},
    "translation": {"chrf": True, "bleu": True, "loss": False},
    "summarization": {"rougeL": True, "rouge1": True, "rouge2": True, "loss": False},
    "language_modeling": {"perplexity": False, "loss": False},
}
"""The metrics of each task, the usual one first, each with whether more of it is better."""


def primary(task: str) -> str:
    """The metric that a task is usually judged by."""
    return next(iter(METRICS[task]))
