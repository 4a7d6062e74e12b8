import math

import pytest

from hpo.aims import Aim, Aims, Constraint
from hpo.aims.quantity import measured

AIMS = Aims(
    (Aim("accuracy", True), Aim("latency_ms", False)),
    (Constraint("train_s", "<=", 100.0), Constraint("accuracy", ">=", 0.5)),
)


def entry(step: int, accuracy: float, **more: float | None) -> dict:
    values = {"train_s": 10.0, "latency_ms": 5.0, "peak_memory_mib": 100.0 + step, **more}
    return {"step": step, "metrics": {"accuracy": accuracy, "loss": 1 - accuracy}, **values}


EVALUATIONS = [entry(1, 0.4), entry(2, 0.8), entry(3, 0.7)]
CURVE = {1: 0.4, 2: 0.8, 3: 0.7}


def test_what_is_written_to_the_ledger_is_read_again() -> None:
    assert Aims.of({"aims": AIMS.to_dict()}, maximize=True) == AIMS


def test_a_sweep_that_says_nothing_of_aims_has_its_metric() -> None:
    assert Aims.of({"metric": "loss"}, maximize=False) == Aims.single("loss", False)


def test_a_trial_is_worth_what_its_best_evaluation_says_and_what_its_training_cost() -> None:
    found = measured(EVALUATIONS, CURVE, {"total_parameters": 7}, maximize=True)
    assert (found["accuracy"], found["loss"]) == (0.8, pytest.approx(0.2))
    assert (found["train_s"], found["peak_memory_mib"]) == (30.0, 103.0)
    assert found["total_parameters"] == 7.0


def test_of_a_trial_without_evaluations_its_facts_are_known() -> None:
    assert measured([], {}, {"total_parameters": 7, "device": "cpu"}, maximize=True) == {"total_parameters": 7.0}


def test_losses_are_turned_so_that_less_is_better() -> None:
    assert AIMS.standing(EVALUATIONS, CURVE, {}).losses == (-0.8, 5.0)


def test_a_trial_without_one_of_the_aims_has_no_losses() -> None:
    unmeasured = [entry(1, 0.4, latency_ms=None)]
    assert AIMS.standing(unmeasured, {1: 0.4}, {}).losses == ()
    assert AIMS.losses_at(unmeasured, 1) == (-0.4, math.inf)


def test_standing_says_which_limits_are_broken() -> None:
    standing = AIMS.standing([entry(1, 0.4, train_s=120.0)], {1: 0.4}, {})
    assert standing.violated == ("train_s is 120, not <= 100", "accuracy is 0.4, not >= 0.5")
    assert not standing.feasible
    assert standing.judged


def test_one_metric_without_limits_has_nothing_to_say() -> None:
    standing = Aims.single("accuracy", True).standing(EVALUATIONS, CURVE, {})
    assert (standing.values, standing.losses, standing.judged, standing.feasible) == ({}, (), False, True)


@pytest.mark.parametrize(
    ("limit", "final"),
    [
        ("latency_ms <= 1", True),  # It does not change with training,
        ("latency_ms >= 9", True),
        ("train_s <= 5", True),  # this one only grows,
        ("train_s >= 1000", False),
        ("peak_memory_mib < 50", True),
        ("accuracy >= 0.99", False),  # and this may become anything.
        ("loss <= 0.01", False),
    ],
)
def test_only_what_training_cannot_mend_ends_a_trial_early(limit: str, final: bool) -> None:
    aims = Aims((Aim("accuracy", True),), (Constraint.parse(limit),))
    assert bool(aims.broken_for_good(EVALUATIONS, 2)) == final
    assert aims.standing(EVALUATIONS, CURVE, {}).violated


def test_seconds_of_training_are_counted_up_to_the_evaluation() -> None:
    aims = Aims((Aim("accuracy", True),), (Constraint("train_s", "<=", 25.0),))
    assert [bool(aims.broken_for_good(EVALUATIONS, step)) for step in (1, 2, 3)] == [False, False, True]


def test_latency_is_measured_only_where_it_is_named() -> None:
    assert AIMS.needs_latency
    assert not Aims.single("accuracy", True).needs_latency
    assert Aims((Aim("accuracy", True),), (Constraint("latency_ms", "<", 1.0),)).needs_latency


def test_sizes_can_be_judged_before_training() -> None:
    limits = tuple(map(Constraint.parse, ("total_parameters <= 5", "latency_ms <= 1", "trainable_parameters < 2")))
    judged = Aims((Aim("accuracy", True),), limits).before_training
    assert [limit.name for limit in judged] == ["total_parameters", "trainable_parameters"]
