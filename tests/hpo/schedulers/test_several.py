"""Halving under several aims: who goes on is decided by Pareto fronts."""

import pytest

from hpo.aims import Aim, Aims
from hpo.schedulers import AshaSpec, Decision, FifoSpec, Result, Scheduler, SchedulerSpec, make_scheduler
from hpo.schedulers.several import SeveralAsha, scheduler_for
from models.spec import TrainParams

PARAMS = TrainParams(epochs=9)
AIMS = Aims((Aim("accuracy", True), Aim("latency_ms", False)))
SPEC = AshaSpec(reduction_factor=3)


def make() -> Scheduler:
    return scheduler_for(SPEC, AIMS, PARAMS)


def result(number: int, accuracy: float, latency_ms: float, epoch: int = 1) -> Result:
    return Result(number, float(epoch), 10 * epoch, accuracy, losses=(-accuracy, latency_ms))


def told(scheduler: Scheduler, *points: tuple[float, float], epoch: int = 1) -> list[Decision]:
    return [scheduler.on_result(result(n, *point, epoch=epoch)) for n, point in enumerate(points)]


def test_the_first_trials_at_a_rung_go_on() -> None:
    assert told(make(), (0.9, 10), (0.1, 99)) == [Decision.CONTINUE] * 2


def test_a_beaten_trial_is_stopped_and_the_reason_has_its_place() -> None:
    scheduler = make()
    assert told(scheduler, (0.9, 10), (0.8, 20), (0.7, 30))[-1] is Decision.STOP
    assert scheduler.reason(2) == "rung 1 epochs: place 3 of 3 by Pareto fronts, the first goes on"


def test_a_cheap_trial_goes_on_that_its_accuracy_alone_would_stop() -> None:
    points = [(0.9, 50.0), (0.88, 52.0), (0.87, 53.0), (0.86, 54.0), (0.85, 55.0), (0.6, 5.0)]
    assert told(make(), *points)[-1] is Decision.CONTINUE
    by_accuracy = make_scheduler(SPEC, True, PARAMS)
    assert told(by_accuracy, *points)[-1] is Decision.STOP


def test_equal_trials_are_treated_alike() -> None:
    assert told(make(), *[(0.5, 10.0)] * 7) == [Decision.CONTINUE] * 7


def test_about_one_in_three_goes_on_where_all_are_worse_than_the_ones_before() -> None:
    points = [(1 - n / 100, 10.0 + n) for n in range(30)]
    assert told(make(), *points).count(Decision.CONTINUE) < 6
    assert told(make(), *reversed(points)).count(Decision.CONTINUE) == 30


def test_a_trial_is_judged_at_later_rungs_too() -> None:
    scheduler = make()
    told(scheduler, *[(0.5, 10.0)] * 4)
    assert told(scheduler, (0.9, 10), (0.8, 20), (0.7, 30), epoch=3)[-1] is Decision.STOP


def test_nothing_is_stopped_at_its_end_and_nan_is_stopped_at_once() -> None:
    scheduler = make()
    told(scheduler, (0.9, 10), (0.8, 20))
    assert scheduler.on_result(Result(7, 9.0, 90, 0.1, last=True, losses=(-0.1, 99.0))) is Decision.CONTINUE
    assert scheduler.on_result(Result(8, 1.0, 10, float("nan"), losses=(float("inf"), 1.0))) is Decision.STOP


def test_telling_everything_again_decides_the_same() -> None:
    points = [(0.5 + (7 * n % 10) / 20, 10.0 + (3 * n % 8)) for n in range(25)]
    assert told(make(), *points) == told(make(), *points)
    scheduler = make()
    told(scheduler, *points)
    assert set(told(scheduler, *points)) == {Decision.CONTINUE}, "what is told twice changes nothing"


@pytest.mark.parametrize(
    ("spec", "aims", "is_several"),
    [(SPEC, AIMS, True), (FifoSpec(), AIMS, False), (SPEC, Aims.single("accuracy", True), False)],
)
def test_only_halving_under_several_aims_is_another(spec: SchedulerSpec, aims: Aims, is_several: bool) -> None:
    assert isinstance(scheduler_for(spec, aims, PARAMS), SeveralAsha) == is_several
