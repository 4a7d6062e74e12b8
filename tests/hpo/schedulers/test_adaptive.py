import random

import pytest

from hpo.schedulers import AdaptiveSpec, Decision, Result, Scheduler, Situation, make_scheduler
from models.spec import TrainParams
from tests.contract.scheduler_contract import TRAIN, SchedulerContract, begin, curves, play


class TestAdaptive(SchedulerContract):
    @pytest.fixture(params=[3, 12])
    def spec(self, request: pytest.FixtureRequest) -> AdaptiveSpec:
        return AdaptiveSpec(startup_trials=request.param)


def evaluate(scheduler: Scheduler, number: int, epoch: int, value: float, last: bool = False) -> Decision:
    return scheduler.on_result(Result(number, float(epoch), epoch * 10, value, last))


def test_no_trial_is_advanced_before_enough_have_begun() -> None:
    scheduler = make_scheduler(AdaptiveSpec(startup_trials=4), True, TRAIN)
    for number in range(3):
        begin(scheduler, [number])
        assert evaluate(scheduler, number, 1, 0.1 * number) is Decision.PAUSE
        assert "new trials begin first" in scheduler.reason(number)
        choice = scheduler.choose(Situation(tuple(range(number + 1)), (), may_propose=True))
        assert choice is not None
        assert choice.number is None


def test_most_of_the_training_goes_to_the_best() -> None:
    lines = curves(40)
    _, trained = play(make_scheduler(AdaptiveSpec(), True, TRAIN), lines)
    best = sorted(lines, key=lambda number: lines[number][-1])
    upper, lower = best[20:], best[:20]
    assert sum(trained[number] for number in upper) > 1.5 * sum(trained[number] for number in lower)
    assert sum(trained.values()) < 0.6 * 9 * len(lines)


def test_when_nothing_new_may_begin_hopeless_trials_are_left() -> None:
    scheduler = make_scheduler(AdaptiveSpec(startup_trials=3), True, TRAIN)
    lines = {0: [0.9] * 9, **{number: [0.2 + 0.001 * number] * 9 for number in range(1, 12)}}
    _, trained = play(scheduler, lines)
    assert trained[0] == 9
    assert sum(trained[number] == 9 for number in range(1, 12)) < 6


def test_early_rungs_that_foretell_nothing_are_not_gone_by_any_more() -> None:
    rng = random.Random(0)
    lines = {number: [rng.random() for _ in range(8)] + [number / 40] for number in range(40)}
    scheduler = make_scheduler(AdaptiveSpec(startup_trials=3), True, TrainParams(epochs=9))
    log, _ = play(scheduler, lines)
    wholes = [index for index, (result, _) in enumerate(log) if result.epochs == 9]
    early = [decision for _, decision in log[: wholes[2]] if decision is Decision.PAUSE]
    assert early, "before three whole trainings, rungs are believed"
    reached = {result.number for result, decision in log[wholes[3] :] if decision is Decision.PAUSE}
    assert len(reached) < len(lines) / 2


def test_a_forecast_is_told_in_the_metrics_own_terms() -> None:
    scheduler = make_scheduler(AdaptiveSpec(startup_trials=3), False, TRAIN)
    lines = {number: [-value for value in line] for number, line in curves(20).items()}
    play(scheduler, lines)
    told = [scheduler.reason(number) for number in lines if "expected to end at" in scheduler.reason(number)]
    assert told
    assert all("expected to end at -" in reason for reason in told)


@pytest.mark.parametrize(
    ("spec", "train", "where"),
    [
        (AdaptiveSpec(min_epochs=9), TRAIN, "scheduler.min_epochs"),
        (AdaptiveSpec(min_steps=10), TRAIN, "scheduler.min_steps"),
        (AdaptiveSpec(), TrainParams(max_steps=100), "scheduler.min_epochs"),
    ],
)
def test_one_that_could_never_pause_is_a_problem(spec: AdaptiveSpec, train: TrainParams, where: str) -> None:
    assert [problem.where for problem in spec.check(train)] == [where]
