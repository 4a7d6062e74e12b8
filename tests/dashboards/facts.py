"""What the ledger says of a made sweep beside its trials."""

from __future__ import annotations

import functools
import json
import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, cast

import numpy as np

from hpo.config.compose import compose
from hpo.config.resolve import resolve, to_plain
from hpo.confirm.ranking import Confirmed, ranked
from hpo.ledger import Ledger, State, TrialRecord
from hpo.place import Place
from hpo.space import Space, space_to_dict

CARD = """# Data for text_classification

## Warnings

- 12.0% of the train inputs are longer than data.max_length and were cut: raise data.max_length

## Rows

| split | read | used |
| --- | --- | --- |
| train | 730 | 728 |
| validation | 156 | 156 |
| test | 156 | 156 |

Dropped: 2 (empty).
"""


@dataclass(frozen=True)
class Made:
    """What a made sweep is like.

    Attributes:
        trials, points: How many, and how many evaluations a whole training has.
        running: How many of the last trials still run.
        slots: Trials at once.
        stopping: Whether the scheduler stops those that are behind.
        two_aims: Whether `latency_ms` is an aim too.
        constraints: Limits, as `sweep.constraints` has them.
        confirmed: Whether the two best were trained again.
        population: Whether trials take over from others, as under scheduler=pbt.
        overrides: Of the config beyond `experiment=smoke`.
        about: Facts of the sweep that stand for those that are made.
    """

    trials: int = 12
    points: int = 5
    running: int = 0
    slots: int = 2
    stopping: bool = True
    two_aims: bool = False
    constraints: tuple[str, ...] = ()
    confirmed: bool = True
    population: bool = False
    seed: int = 0
    overrides: tuple[str, ...] = ()
    about: Mapping[str, Any] = field(default_factory=dict)


@functools.cache
def config_of(overrides: tuple[str, ...]) -> tuple[dict[str, Any], Space, dict[str, str]]:
    """The config, its space and its choices, beyond `experiment=smoke`."""
    found = resolve(compose(["experiment=smoke", *overrides]))
    assert not found.problems, found.problems
    return to_plain(found.config), Space.parse(found.config.space, found.schema), dict(found.choices)


def start_of(overrides: tuple[str, ...]) -> dict[str, Any]:
    """The config's own values."""
    config, space, _ = config_of(overrides)
    found = {d: functools.reduce(lambda at, key: at[key], d.split("."), cast(Any, config)) for d in space.names}
    return {dimension.name: found[dimension.name] for dimension in space.active(found)}


def about_of(place: Place, name: str, made: Made) -> dict[str, Any]:
    """What is known of it at its beginning."""
    config, space, choices = config_of(made.overrides)
    folder = place.output_dir / name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "data_card.md").write_text(CARD, encoding="utf-8")
    aims = [{"name": "accuracy", "direction": "maximize"}]
    aims += [{"name": "latency_ms", "direction": "minimize"}] if made.two_aims else []
    config = json.loads(json.dumps(config)) | {"output_dir": str(place.output_dir)}
    config["sweep"] |= {"name": name, "trials": made.trials, "constraints": list(made.constraints)}
    return {
        "sweep_id": uuid.uuid5(uuid.NAMESPACE_URL, name).hex,
        "status": "running",
        "metric": "accuracy",
        "start_first": True,
        "budget": {"trials": made.trials, "hours": None, "stop": config["sweep"]["stop"]},
        "baselines": [_baseline("most frequent class", 0.125, True), _baseline("TF-IDF and logistic regression", 0.63)],
        "history": None,
        "overrides": ["experiment=smoke", *made.overrides, f"sweep.name={name}"],
        "config_dir": None,
        "config": config,
        "choices": choices,
        "space": space_to_dict(space),
        "fixed": {},
        "aims": {"metrics": aims, "constraints": list(made.constraints)},
        "data_fingerprint": "0" * 64,
        "data_card": _data_card(),
        "fingerprint": "1" * 64,
        "cwd": str(Path.cwd()),
        "sweep_dir": str(folder.resolve()),
        "slots": {"cpus": 1, "gpu_fraction": 0.0, "gpus": 1, "memory_gib": None, "count": made.slots},
        "mlflow_uri": f"sqlite:///{place.output_dir.resolve() / 'mlflow.db'}",
        "git_commit": "0" * 40,
        "versions": {"python": "3.11.7", "torch": "2.13.0", "transformers": "5.23.0", "transformer-hpo": "0.1.0"},
        **made.about,
    }


def _baseline(name: str, accuracy: float, majority: bool = False) -> dict[str, Any]:
    return {"name": name, "metrics": {"accuracy": accuracy}, "seconds": 0.5, "majority": majority}


def _data_card() -> dict[str, Any]:
    rows = {"train": 728, "validation": 156, "test": 156}
    nothing = {"count": 0, "left": 0, "examples": []}
    length = {"median": 42.0, "p95": 48.0, "longest": 48, "cut_share": 0.12}
    kinds = ("duplicates", "conflicts", "leakage", "validation_in_test", "encoding")
    return {
        "task": "text_classification",
        "rows_read": {**rows, "train": 730},
        "rows_used": rows,
        "dropped": {"empty": 2},
        "findings": {**dict.fromkeys(kinds, nothing), "dropped": {}},
        "classes": {"torch": 364, "pandas": 364},
        "numbers": None,
        "lengths": dict.fromkeys(rows, length),
        "unknown_share": 0.01,
    }


def confirmation_of(ledger: Ledger, at: float, rng: np.random.Generator) -> dict[str, Any] | None:
    """What is noted when the two best were trained again, under three seeds each."""
    whole = [record for record in ledger.trials() if record.state is State.COMPLETE and record.standing.feasible]
    best = sorted(whole, key=lambda record: -cast(float, record.value))[:2]
    if not best:
        return None
    runs = []
    for number, (record, seed) in enumerate((record, seed) for seed in (1042, 1043, 1044) for record in best):
        value = cast(float, record.value) - 0.01 + float(rng.normal(0.0, 0.006))
        params = {"configuration": record.number, **record.params, "train.seed": seed}
        runs.append(TrialRecord(number, State.COMPLETE, params, value=value))
    searched = {record.number: cast(float, record.value) for record in whole}
    ranking = ranked(searched, runs, maximize=True, level=0.95)
    first = ranking[0]
    winner = {"trial": first.number, "run": first.run, "seed": 1042, "value": first.values[1042]}
    test = {
        "at": at,
        "trial": first.number,
        "seed": 1042,
        "rows": 156,
        "metrics": {"accuracy": 0.76, "loss": 0.9},
    }
    return {
        "level": 0.95,
        "seeds": 3,
        "trials": len(ledger.trials()),
        "ranking": [_row(one) for one in ranking],
        "winner": winner,
        "delivered": {"command": f"hpo train --from {ledger.name} train.seed=1042", "weights": None},
        "test": test,
        "no_test": "",
        "test_looks": 1,
        "at": at,
    }


def _row(one: Confirmed) -> dict[str, Any]:
    found = asdict(one)
    interval = found.pop("interval")
    renamed = {"trial": found.pop("number"), "values": {str(seed): value for seed, value in one.values.items()}}
    ends = {"mean": interval["mean"], "low": interval["low"], "high": interval["high"]}
    return found | renamed | ends | {"optimism": one.optimism(maximize=True)}
