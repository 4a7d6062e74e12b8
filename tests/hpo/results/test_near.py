"""Trials that lie near one another in the space."""

from typing import Any

import pytest
from optuna.distributions import FloatDistribution

from hpo.ledger import State, TrialRecord
from hpo.results import dimensions, nearest
from hpo.space import CategoricalDimension, FloatDimension, Space, space_to_dict

RATE = FloatDimension("train.learning_rate", ends=FloatDistribution(1e-5, 1e-1, log=True))
KIND = CategoricalDimension("tuning", choices=("full", "lora"))
ABOUT = {"space": space_to_dict(Space((RATE, KIND)))}


def trial(number: int, **params: Any) -> TrialRecord:
    names = {"rate": "train.learning_rate", "tuning": "tuning"}
    return TrialRecord(number, State.COMPLETE, {names[key]: value for key, value in params.items()})


TRIALS = [
    trial(0, rate=1e-3, tuning="full"),
    trial(1, rate=1e-2, tuning="full"),
    trial(2, rate=1e-3, tuning="lora"),
    trial(3, tuning="full"),
    trial(4, rate=1e-3, tuning="full"),
]


def test_the_same_again_is_nearest_and_scales_are_the_space_s() -> None:
    found = {one.record.number: one for one in nearest(ABOUT, TRIALS, 0)}
    assert list(found) == [4, 1, 2, 3]
    assert found[4].distance == 0
    assert found[4].differs == ()
    assert found[1].distance == pytest.approx(0.25 / 2**0.5)  # One decade of four, in one of two dimensions.
    assert found[2].distance == pytest.approx(1 / 2**0.5)
    assert found[3].differs == ("train.learning_rate",)


def test_not_more_than_asked_for_and_never_itself() -> None:
    assert [one.record.number for one in nearest(ABOUT, TRIALS, 4, 2)] == [0, 1]
    assert nearest(ABOUT, TRIALS[:1], 0) == []


def test_dimensions_in_words() -> None:
    assert [(row.name, row.kind, row.scale) for row in dimensions(ABOUT)] == [
        ("train.learning_rate", "float", "log"),
        ("tuning", "option", "choices"),
    ]
