"""What every scheduler must hold. A test class inherits this and gives the fixture `spec`."""

import math
import random
from collections.abc import Iterable

import pytest

from hpo.schedulers import Decision, Result, Scheduler, SchedulerSpec, check_scheduler, make_scheduler
from models.spec import TrainParams, problems_in

TRAIN = TrainParams(epochs=9)


def curves(trials: int, epochs: int = 9, seed: int = 0) -> dict[int, list[float]]:
    """Rising accuracies that never cross: trial by trial, one value an epoch."""
    ends = [0.3 + 0.6 * index / trials for index in range(trials)]
    random.Random(seed).shuffle(ends)
    return {number: [end * (1 - 0.5 ** (epoch + 1)) for epoch in range(epochs)] for number, end in enumerate(ends)}


def interleaved(lines: dict[int, list[float]], parallel: int = 4) -> Iterable[tuple[int, int, float]]:
    """Evaluations (trial, epoch, value) in the order of so many slots that run at the same speed."""
    waiting, running = list(lines), dict[int, int]()
    while waiting or running:
        while waiting and len(running) < parallel:
            running[waiting.pop(0)] = 0
        for number in list(running):
            running[number] += 1
            yield number, running[number], lines[number][running[number] - 1]
            if running[number] == len(lines[number]):
                del running[number]


def play(
    scheduler: Scheduler, lines: dict[int, list[float]], parallel: int = 4
) -> tuple[list[tuple[Result, Decision]], dict[int, int]]:
    """Feed a scheduler; stopped trials give no more results. Returns the log, and the epochs each trial trained."""
    log: list[tuple[Result, Decision]] = []
    trained: dict[int, int] = {}
    stopped: set[int] = set()
    for number, epoch, value in interleaved(lines, parallel):
        if number in stopped:
            continue
        trained[number] = epoch
        result = Result(number, float(epoch), epoch * 10, value)
        log.append((result, scheduler.on_result(result)))
        if log[-1][1] is Decision.STOP:
            stopped.add(number)
            scheduler.on_end(number, "pruned")
        elif epoch == len(lines[number]):
            scheduler.on_end(number, "complete")
    return log, trained


class SchedulerContract:
    """Inherit, and give `spec`, in epochs."""

    @pytest.fixture
    def spec(self) -> SchedulerSpec:
        pytest.fail("the class that inherits this gives its own")

    def test_the_settings_are_within_their_own_limits(self, spec: SchedulerSpec) -> None:
        assert problems_in(spec, "scheduler") == []
        assert problems_in(type(spec)(), "scheduler") == []
        assert check_scheduler(spec, TRAIN) == []

    def test_replaying_its_results_rebuilds_it(self, spec: SchedulerSpec) -> None:
        lines = curves(30)
        first = make_scheduler(spec, True, TRAIN)
        log, _ = play(first, lines)
        for cut in (0, 7, 40, len(log)):
            again = make_scheduler(spec, True, TRAIN)
            assert [again.on_result(result) for result, _ in log[:cut]] == [decision for _, decision in log[:cut]]
            assert [again.on_result(result) for result, _ in log[cut:]] == [decision for _, decision in log[cut:]]
            assert [again.reason(number) for number in lines] == [first.reason(number) for number in lines]

    def test_a_result_told_twice_changes_nothing(self, spec: SchedulerSpec) -> None:
        log, _ = play(make_scheduler(spec, True, TRAIN), curves(30))
        again = make_scheduler(spec, True, TRAIN)
        for result, decision in log:
            assert again.on_result(result) is decision
            if decision is Decision.CONTINUE:
                again.on_result(result)

    def test_the_truly_best_trial_is_never_stopped(self, spec: SchedulerSpec) -> None:
        for seed in range(5):
            lines = curves(40, seed=seed)
            _, trained = play(make_scheduler(spec, True, TRAIN), lines)
            best = max(lines, key=lambda number: lines[number][-1])
            assert trained[best] == 9

    def test_minimizing_mirrors_maximizing(self, spec: SchedulerSpec) -> None:
        lines = curves(30)
        up, _ = play(make_scheduler(spec, True, TRAIN), lines)
        down, _ = play(make_scheduler(spec, False, TRAIN), {n: [-v for v in line] for n, line in lines.items()})
        assert [decision for _, decision in up] == [decision for _, decision in down]

    def test_nothing_is_stopped_at_its_end(self, spec: SchedulerSpec) -> None:
        scheduler = make_scheduler(spec, True, TRAIN)
        for number in range(20):
            assert scheduler.on_result(Result(number, 9.0, 90, 1.0 - number / 100)) is Decision.CONTINUE
            assert scheduler.on_result(Result(number + 50, 3.0, 30, -number, last=True)) is Decision.CONTINUE

    def test_nan_stops_and_is_worse_than_any_value(self, spec: SchedulerSpec) -> None:
        for maximize in (True, False):
            scheduler = make_scheduler(spec, maximize, TRAIN)
            assert scheduler.on_result(Result(0, 1.0, 10, math.nan)) is Decision.STOP
            assert scheduler.reason(0).endswith("the metric is nan after 1 epochs")
            for number in range(1, 12):
                assert scheduler.on_result(Result(number, 1.0, 10, 0.5)) is Decision.CONTINUE

    def test_equal_trials_all_go_on(self, spec: SchedulerSpec) -> None:
        log, _ = play(make_scheduler(spec, True, TRAIN), dict.fromkeys(range(20), [0.5] * 9))
        assert {decision for _, decision in log} == {Decision.CONTINUE}

    def test_a_reason_is_given_for_every_stop_and_for_nothing_else(self, spec: SchedulerSpec) -> None:
        scheduler = make_scheduler(spec, True, TRAIN)
        log, trained = play(scheduler, curves(30))
        stopped = {result.number for result, decision in log if decision is Decision.STOP}
        assert {number for number in trained if scheduler.reason(number)} == stopped
