"""What every scheduler must hold. A test class inherits this and gives the fixture `spec`."""

import json
import math
import random
from collections.abc import Iterable

import pytest

from hpo.schedulers import Decision, Result, Scheduler, SchedulerSpec, Situation, check_scheduler, make_scheduler
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


def begin(scheduler: Scheduler, numbers: Iterable[int]) -> Scheduler:
    """Tell a scheduler of these trials, and return it."""
    for number in numbers:
        scheduler.on_start(number, {"train.learning_rate": 10 ** -(1 + number % 5)})
    return scheduler


def told(scheduler: Scheduler, result: Result) -> Decision:
    """What the scheduler decides about an evaluation; the trial begins just before its first one."""
    if result.epochs == 1:
        begin(scheduler, [result.number])
    return scheduler.on_result(result)


def play(
    scheduler: Scheduler, lines: dict[int, list[float]], parallel: int = 4
) -> tuple[list[tuple[Result, Decision]], dict[int, int]]:
    """Feed a scheduler; stopped trials give no more results, and paused ones go on at the end, as it chooses.

    Returns:
        The log, and the epochs that each trial trained.
    """
    log: list[tuple[Result, Decision]] = []
    trained: dict[int, int] = {}
    stopped: set[int] = set()
    paused: list[int] = []

    def take(number: int, epoch: int) -> Decision:
        trained[number] = epoch
        result = Result(number, float(epoch), epoch * 10, lines[number][epoch - 1])
        decision = told(scheduler, result)
        log.append((result, decision))
        if decision is Decision.STOP:
            stopped.add(number)
            scheduler.on_end(number, "pruned")
        elif decision is Decision.PAUSE:
            paused.append(number)
        elif epoch == len(lines[number]):
            scheduler.on_end(number, "complete")
        return decision

    for number, epoch, _ in interleaved(lines, parallel):
        if number not in stopped and number not in paused:
            take(number, epoch)
    while (choice := scheduler.choose(Situation(tuple(paused), (), may_propose=False))) is not None:
        assert choice.number in paused, "only a paused trial can go on"
        paused.remove(choice.number)
        for epoch in range(trained[choice.number] + 1, len(lines[choice.number]) + 1):
            if take(choice.number, epoch) is not Decision.CONTINUE:
                break
    return log, trained


class SchedulerContract:
    """Inherit, and give `spec`, in epochs."""

    @pytest.fixture
    def spec(self) -> SchedulerSpec:
        pytest.fail("the class that inherits this gives its own")

    def make(self, spec: SchedulerSpec, maximize: bool = True) -> Scheduler:
        """A scheduler that has seen nothing."""
        return make_scheduler(spec, maximize, TRAIN)

    def test_the_settings_are_within_their_own_limits(self, spec: SchedulerSpec) -> None:
        assert problems_in(spec, "scheduler") == []
        assert problems_in(type(spec)(), "scheduler") == []
        assert check_scheduler(spec, TRAIN) == []

    def test_replaying_its_results_rebuilds_it(self, spec: SchedulerSpec) -> None:
        lines = curves(30)
        first = self.make(spec)
        log, _ = play(first, lines)
        for cut in (0, 7, 40, len(log)):
            again = self.make(spec)
            assert [told(again, result) for result, _ in log[:cut]] == [decision for _, decision in log[:cut]]
            assert [told(again, result) for result, _ in log[cut:]] == [decision for _, decision in log[cut:]]
            assert [again.reason(number) for number in lines] == [first.reason(number) for number in lines]
            assert [again.numbers(number) for number in lines] == [first.numbers(number) for number in lines]

    def test_what_is_retold_leads_to_the_same_decisions(self, spec: SchedulerSpec) -> None:
        lines = curves(30)
        log, _ = play(self.make(spec), lines)
        for cut in (1, 7, 40, len(log) - 1):
            again = self.make(spec)
            for result, decision in log[:cut]:
                if result.epochs == 1:
                    begin(again, [result.number])
                again.retell(result)
                if decision is Decision.PAUSE:
                    again.on_pause(result.number)
            assert [told(again, result) for result, _ in log[cut:]] == [decision for _, decision in log[cut:]]

    def test_to_choose_changes_nothing_and_names_what_can_be_had(self, spec: SchedulerSpec) -> None:
        lines = curves(30)
        log, _ = play(self.make(spec), lines)
        scheduler = self.make(spec)
        paused: list[int] = []
        for result, decision in log:
            paused = [number for number in paused if number != result.number]
            assert told(scheduler, result) is decision
            paused += [result.number] if decision is Decision.PAUSE else []
            for running in ((), (result.number,)):
                for may_propose in (True, False):
                    situation = Situation(tuple(p for p in paused if p not in running), running, may_propose)
                    choice = scheduler.choose(situation)
                    assert choice == scheduler.choose(situation)
                    if choice is not None:
                        assert may_propose if choice.number is None else choice.number in situation.paused
                        assert json.loads(json.dumps(dict(choice.numbers))) == dict(choice.numbers)

    def test_nothing_paused_and_nothing_to_propose_is_no_choice(self, spec: SchedulerSpec) -> None:
        assert self.make(spec).choose(Situation((), (), may_propose=False)) is None
        assert self.make(spec).choose(Situation((), (), may_propose=True)) is not None

    def test_a_result_told_twice_changes_nothing(self, spec: SchedulerSpec) -> None:
        log, _ = play(self.make(spec), curves(30))
        again = self.make(spec)
        for result, decision in log:
            assert told(again, result) is decision
            if decision is not Decision.STOP:
                again.on_result(result)

    def test_the_truly_best_trial_is_never_stopped(self, spec: SchedulerSpec) -> None:
        for seed in range(5):
            lines = curves(40, seed=seed)
            _, trained = play(self.make(spec), lines)
            best = max(lines, key=lambda number: lines[number][-1])
            assert trained[best] == 9

    def test_minimizing_mirrors_maximizing(self, spec: SchedulerSpec) -> None:
        lines = curves(30)
        up, _ = play(self.make(spec), lines)
        down, _ = play(self.make(spec, False), {n: [-v for v in line] for n, line in lines.items()})
        assert [decision for _, decision in up] == [decision for _, decision in down]

    def test_nothing_is_stopped_at_its_end(self, spec: SchedulerSpec) -> None:
        scheduler = begin(self.make(spec), range(70))
        for number in range(20):
            assert scheduler.on_result(Result(number, 9.0, 90, 1.0 - number / 100)) is Decision.CONTINUE
            assert scheduler.on_result(Result(number + 50, 3.0, 30, -number, last=True)) is Decision.CONTINUE

    def test_nan_stops_and_is_worse_than_any_value(self, spec: SchedulerSpec) -> None:
        for maximize in (True, False):
            scheduler = begin(self.make(spec, maximize), range(12))
            assert scheduler.on_result(Result(0, 1.0, 10, math.nan)) is Decision.STOP
            assert scheduler.reason(0).endswith("the metric is nan after 1 epochs")
            for number in range(1, 12):
                assert scheduler.on_result(Result(number, 1.0, 10, 0.5)) is not Decision.STOP

    def test_equal_trials_all_go_on(self, spec: SchedulerSpec) -> None:
        log, _ = play(self.make(spec), dict.fromkeys(range(20), [0.5] * 9))
        assert Decision.STOP not in {decision for _, decision in log}

    def test_a_reason_is_given_for_every_stop_and_pause_and_for_nothing_else(self, spec: SchedulerSpec) -> None:
        scheduler = self.make(spec)
        log, trained = play(scheduler, curves(30))
        decided = {result.number for result, decision in log if decision is not Decision.CONTINUE}
        assert {number for number in trained if scheduler.reason(number)} == decided
        for number in trained:
            assert json.loads(json.dumps(dict(scheduler.numbers(number)))) == dict(scheduler.numbers(number))
