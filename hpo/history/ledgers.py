"""Earlier sweeps in a ledger."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

import optuna
from optuna.study import StudyDirection

from hpo.history.source import About, FoundTrial
from hpo.ledger import Ledger, TrialRecord, sweep_names
from hpo.ledger.storage import open_storage
from hpo.space import space_from_dict

_NEEDED = ("metric", "config", "space")


def abouts(url: str) -> list[About]:
    """What the sweeps of a ledger are of, the newest first; none where there is no ledger."""
    names = sweep_names(url)
    if not names:
        return []
    summaries = optuna.get_all_study_summaries(open_storage(url), include_best_trial=False)
    return [
        about_of(found.study_name, found.user_attrs, found.direction is StudyDirection.MAXIMIZE)
        for found in reversed(summaries)
        if found.study_name in names and all(key in found.user_attrs for key in _NEEDED)
    ]


def about_of(name: str, about: Mapping[str, Any], maximize: bool) -> About:
    """What a sweep is of, from what its ledger knows."""
    config = about["config"]
    values = dict(_flat({section: config[section] for section in ("data", "model", "tuning", "train")}))
    values |= {**about.get("choices", {}), **about.get("fixed", {})}
    searched = frozenset(dimension["name"] for dimension in about["space"]["dimensions"])
    rows = str(about.get("data_fingerprint", ""))
    return About(name, about["metric"], maximize, str(config["data"]["task"]), values, searched, rows)


def trials_of(ledger: Ledger) -> tuple[list[FoundTrial], float]:
    """The trials of a sweep, and their full length."""
    about = ledger.about
    train = about["config"]["train"]
    unit = "epoch" if train.get("max_steps") is None else "step"
    name = "train.epochs" if unit == "epoch" else "train.max_steps"
    given = [float(train[name.removeprefix("train.")])]
    searched = [d for d in space_from_dict(about["space"]).dimensions if d.name == name]
    lengths = [float(value) for d in searched for value in d.values() if value is not None]
    return [_found(record, unit) for record in ledger.trials()], max(lengths or given)


def _found(record: TrialRecord, unit: str) -> FoundTrial:
    curve = [(float(entry[unit]), record.curve.get(int(entry["step"]), math.nan)) for entry in record.evaluations]
    finite = tuple((at, value) for at, value in curve if math.isfinite(value))
    return FoundTrial(record.params, finite, record.state.value, record.cause.value if record.cause else None)


def _flat(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping) and value:
        for key, item in value.items():
            yield from _flat(item, f"{path}.{key}" if path else str(key))
    else:
        yield path, value
