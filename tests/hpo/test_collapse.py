"""Trials that learned nothing are known by the trivial baseline."""

import math

import pytest

from hpo.collapse import is_collapsed, trivial_value

BASELINES = [
    {"name": "most frequent class", "metrics": {"accuracy": 0.6, "loss": 0.7}, "majority": True},
    {"name": "TF-IDF and logistic regression", "metrics": {"accuracy": 0.8}, "majority": False},
]


@pytest.mark.parametrize(("metric", "value"), [("accuracy", 0.6), ("loss", 0.7), ("mcc", None)])
def test_the_trivial_baseline_is_the_measure(metric: str, value: float | None) -> None:
    assert trivial_value(BASELINES, metric) == value


def test_without_baselines_nothing_is_known() -> None:
    assert trivial_value([], "accuracy") is None


@pytest.mark.parametrize(
    ("value", "trivial", "maximize", "collapsed"),
    [
        (0.59, 0.6, True, True),
        (0.6, 0.6, True, True),  # no better is collapsed too
        (0.61, 0.6, True, False),
        (0.7, 0.7, False, True),
        (0.69, 0.7, False, False),
        (None, 0.6, True, False),
        (0.1, None, True, False),
        (math.nan, 0.6, True, False),  # diverged: that is told by its cause
    ],
)
def test_no_better_than_trivial_is_collapsed(
    value: float | None, trivial: float | None, maximize: bool, collapsed: bool
) -> None:
    assert is_collapsed(value, trivial, maximize=maximize) is collapsed
