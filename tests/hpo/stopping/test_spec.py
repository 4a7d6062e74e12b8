from dataclasses import asdict

import pytest

from hpo.budget import Budget
from hpo.stopping import PlateauSpec, StopSpec, check_stop, stop_from_dict

WHOLE = StopSpec(0.9, 2.0, 3.5, PlateauSpec(0.001, 5, 8))


def test_is_kept_in_the_ledger_and_read_from_older_ones() -> None:
    assert stop_from_dict(asdict(WHOLE)) == WHOLE
    assert stop_from_dict(None) == StopSpec()
    about = {"budget": Budget(7, 1.5, stop=WHOLE).to_dict(), "spent_s": 60.0}
    budget = Budget.of(about, cpus=2, gpus=0.5)
    assert (budget.trials, budget.hours, budget.stop, budget.slot_cpus, budget.slot_gpus) == (7, 1.5, WHOLE, 2, 0.5)
    assert Budget.of({"budget": {"trials": 3, "hours": None}}).stop == StopSpec()


def test_in_words() -> None:
    words = "at a value of 0.9, after 2 GPU-hours, after 3.5 CPU-hours, where the next 5 trials are expected to bring"
    assert str(WHOLE) == f"{words} less than 0.001"
    assert str(StopSpec()) == ""


@pytest.mark.parametrize(
    ("spec", "gpus", "where"),
    [
        (WHOLE, 1.0, []),
        (WHOLE, 0.0, ["sweep.stop.gpu_hours"]),
        (StopSpec(plateau=PlateauSpec(0.001, 5, 16)), 0.0, ["sweep.stop.plateau.min_trials"]),
        (StopSpec(plateau=PlateauSpec(None, 5, 16)), 0.0, []),
    ],
)
def test_what_could_never_be_met_is_said_before(spec: StopSpec, gpus: float, where: list[str]) -> None:
    assert [problem.where for problem in check_stop(spec, 16, gpus)] == where
