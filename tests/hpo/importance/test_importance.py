"""A planted truth is found: in logarithmic, categorical and conditional dimensions, with trials stopped early."""

import math
from typing import Any

import numpy as np
import pytest

from hpo.importance import importance
from hpo.importance.importance import MIN_TRIALS
from hpo.ledger import Cause, State, TrialRecord
from hpo.space import Space, TrialSchema
from models.spec import DocstringsData, FullTuning, HeadTuning, TinyModel, TrainParams

TREE = {
    "tuning": {"choices": ["full", "head"]},
    "train": {
        "learning_rate": {"low": 1e-5, "high": 1e-1, "log": True},
        "weight_decay": {"low": 0.0, "high": 0.1},
        "batch_size": {"choices": [8, 16, 32]},
        "warmup_fraction": {"low": 0.0, "high": 0.5, "when": {"tuning": "head"}},
    },
}
SCHEMA = TrialSchema(
    {"data": DocstringsData(), "model": TinyModel(), "tuning": FullTuning(), "train": TrainParams()},
    {"tuning": {"full": FullTuning(), "head": HeadTuning()}},
)
SPACE = Space.parse(TREE, SCHEMA)


def params(rng: np.random.Generator) -> dict[str, Any]:
    found: dict[str, Any] = {
        "tuning": str(rng.choice(["full", "head"])),
        "train.learning_rate": float(10 ** rng.uniform(-5, -1)),
        "train.weight_decay": float(rng.uniform(0, 0.1)),
        "train.batch_size": int(rng.choice([8, 16, 32])),
    }
    return found | ({"train.warmup_fraction": float(rng.uniform(0, 0.5))} if found["tuning"] == "head" else {})


def record(number: int, point: dict[str, Any], value: float, stopped_at: int | None = None) -> TrialRecord:
    steps = stopped_at or 4
    curve = {step: value * step / 4 for step in range(1, steps + 1)}
    evaluations = [{"step": step, "epoch": float(step)} for step in curve]
    state, cause = (State.PRUNED, Cause.SCHEDULER) if stopped_at else (State.COMPLETE, None)
    return TrialRecord(number, state, point, curve=curve, value=curve[steps], cause=cause, evaluations=evaluations)


def rate(point: dict[str, Any]) -> float:
    return -((math.log10(point["train.learning_rate"]) + 3) ** 2)


def warmup(point: dict[str, Any]) -> float:
    return rate(point) / 10 + 4 * point.get("train.warmup_fraction", 0.25)


@pytest.mark.parametrize("maximize", [True, False])
def test_the_planted_dimension_comes_first(maximize: bool) -> None:
    first = 0
    for seed in range(10):
        rng = np.random.default_rng(seed)
        points = [params(rng) for _ in range(30)]
        sign = 1 if maximize else -1
        records = [record(n, p, sign * (rate(p) + rng.normal(0, 0.1))) for n, p in enumerate(points)]
        found = importance(SPACE, records, maximize)
        first += bool(found.parts) and found.parts[0].name == "train.learning_rate"
    assert first >= 9


def test_a_conditional_dimension_comes_first_where_it_matters_most() -> None:
    rng = np.random.default_rng(0)
    points = [params(rng) for _ in range(120)]
    found = importance(SPACE, [record(n, p, warmup(p)) for n, p in enumerate(points)], True)
    first = found.parts[0]
    assert first.name == "train.warmup_fraction"
    assert first.trials == sum("train.warmup_fraction" in p for p in points) < 120
    assert first.share is not None
    assert 0.4 < first.share < 1
    assert found.shares["train.weight_decay"] < 0.1


def test_trials_stopped_early_are_used() -> None:
    """Of 40 trials the worse three quarters were stopped; the 10 that are left would be too few."""
    rng = np.random.default_rng(1)
    points = sorted((params(rng) for _ in range(40)), key=rate, reverse=True)
    records = [record(n, p, 10 + rate(p), None if n < 10 else 2 if n < 20 else 1) for n, p in enumerate(points)]
    found = importance(SPACE, records, True)
    assert (found.trials, found.parts[0].name) == (40, "train.learning_rate")
    assert "not enough trials" in importance(SPACE, records[:10], True).note


def test_a_category_is_found() -> None:
    rng = np.random.default_rng(2)
    points = [params(rng) for _ in range(60)]
    values = [{8: 0.2, 16: 0.9, 32: 0.3}[p["train.batch_size"]] + rng.normal(0, 0.05) for p in points]
    found = importance(SPACE, [record(n, p, v) for n, (p, v) in enumerate(zip(points, values, strict=True))], True)
    assert found.parts[0].name == "train.batch_size"
    assert found.explained is not None
    assert found.explained > 0.5


def test_too_few_trials_noise_and_too_few_with_a_condition_are_said() -> None:
    rng = np.random.default_rng(3)
    points = [params(rng) for _ in range(40)]
    few = importance(SPACE, [record(n, p, rate(p)) for n, p in enumerate(points[: MIN_TRIALS - 1])], True)
    assert (few.note, few.parts) == (f"not enough trials ({MIN_TRIALS - 1} < {MIN_TRIALS})", ())
    noise = importance(SPACE, [record(n, p, float(rng.random())) for n, p in enumerate(points)], True)
    assert "do not tell" in noise.note
    full = [p for p in points if p["tuning"] == "full"] + [p for p in points if p["tuning"] == "head"][:3]
    parts = importance(SPACE, [record(n, p, rate(p)) for n, p in enumerate(full)], True).parts
    last = next(part for part in parts if part.name == "train.warmup_fraction")
    assert (last.share, last.trials, last.note) == (None, 3, f"not enough trials (3 < {MIN_TRIALS})")


def test_the_same_trials_give_the_same() -> None:
    rng = np.random.default_rng(4)
    records = [record(n, p, rate(p)) for n, p in enumerate(params(rng) for _ in range(25))]
    assert importance(SPACE, records, True, seed=5) == importance(SPACE, records, True, seed=5)
    assert importance(SPACE, [], True).note == f"not enough trials (0 < {MIN_TRIALS})"
