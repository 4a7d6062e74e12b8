import random
from typing import Any

import pytest

from hpo.schedulers import AdaptiveSpec, Decision, Result, Scheduler, Situation, make_scheduler
from hpo.schedulers.adaptive import Adaptive
from hpo.schedulers.reserve import Due
from hpo.surrogate import Line
from models.spec import TrainParams
from tests.contract.scheduler_contract import TRAIN, SchedulerContract, begin, curves, play


class TestAdaptive(SchedulerContract):
    @pytest.fixture(params=[3, 12])
    def spec(self, request: pytest.FixtureRequest) -> AdaptiveSpec:
        return AdaptiveSpec(startup_trials=request.param)


def evaluate(scheduler: Scheduler, number: int, epoch: int, value: float, last: bool = False) -> Decision:
    return scheduler.on_result(Result(number, float(epoch), epoch * 10, value, last))


def drive(scheduler: Scheduler, lines: dict[int, list[float]], slots: int) -> list[tuple[Result, Decision, str]]:
    """A whole search in so many slots, each of them for what the scheduler chooses; trials begin in their order.

    Returns:
        Each evaluation with its decision and why the trial had got its slot.
    """
    waiting, running, paused = list(lines), dict[int, str](), list[int]()
    trained = dict.fromkeys(lines, 0)
    log = []
    while True:
        while len(running) < slots:
            choice = scheduler.choose(Situation(tuple(paused), tuple(running), bool(waiting)))
            if choice is None:
                break
            if choice.number is None:
                begin(scheduler, [number := waiting.pop(0)])
            else:
                paused.remove(number := choice.number)
                scheduler.on_advance(number, choice.exploit)
            running[number] = choice.reason
        if not running:
            return log
        number, why = next(iter(running.items()))  # All evaluations take equally long.
        del running[number]
        trained[number] += 1
        result = Result(number, float(trained[number]), trained[number] * 10, lines[number][trained[number] - 1])
        decision = scheduler.on_result(result)
        log.append((result, decision, why))
        if decision is Decision.PAUSE:
            paused.append(number)
        elif trained[number] == len(lines[number]):
            scheduler.on_end(number, "complete")
        else:
            running[number] = why


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


@pytest.mark.parametrize("slots", [3, 4, 8])
def test_in_several_slots_the_trial_that_is_expected_to_end_best_is_never_paused(
    slots: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    scheduler = make_scheduler(AdaptiveSpec(), True, TRAIN)
    assert isinstance(scheduler, Adaptive)
    decide, paused_best = scheduler.on_result, list[int]()

    def watched(result: Result) -> Decision:
        busy = len(scheduler._running) == slots  # At the end of a search they are not.
        decision = decide(result)
        arms = scheduler._arms((*scheduler._paused, *sorted(scheduler._running)))
        begun = len(scheduler._lines) >= scheduler.spec.startup_trials
        if busy and begun and decision is Decision.PAUSE and arms is not None:
            paused_best.extend([result.number] if arms.best().number == result.number else [])
        return decision

    monkeypatch.setattr(scheduler, "on_result", watched)
    log = drive(scheduler, curves(40), slots)
    assert paused_best == []
    assert [reason for _, _, reason in log if reason.startswith("without a contest: expected to end at")]


@pytest.mark.parametrize("slots", [1, 2])
def test_in_one_slot_or_two_all_take_part_in_the_contest(slots: int) -> None:
    log = drive(make_scheduler(AdaptiveSpec(), True, TRAIN), curves(40), slots)
    assert not [reason for _, _, reason in log if "without a contest" in reason]


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
    log = drive(scheduler, lines, slots=1)
    wholes = [index for index, (result, _, _) in enumerate(log) if result.epochs == 9]
    early = [decision for _, decision, _ in log[: wholes[2]] if decision is Decision.PAUSE]
    assert early, "before three whole trainings, rungs are believed"
    reached = {result.number for result, decision, _ in log[wholes[3] :] if decision is Decision.PAUSE}
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


def pauses(scheduler: Scheduler, lines: dict[int, list[float]]) -> list[tuple[int, str, dict[str, Any]]]:
    """Every pause of a whole play: the trial, the reason, the numbers."""
    told = []
    decide = scheduler.on_result

    def watched(result: Result) -> Decision:
        decision = decide(result)
        if decision is Decision.PAUSE:
            told.append((result.number, scheduler.reason(result.number), dict(scheduler.numbers(result.number))))
        return decision

    scheduler.on_result = watched  # type: ignore[method-assign]
    play(scheduler, lines)
    return told


def test_a_pause_for_a_whole_training_says_so_and_nobody_promises_more_than_itself() -> None:
    told = [
        one for seed in range(3) for one in pauses(make_scheduler(AdaptiveSpec(), True, TRAIN), curves(40, seed=seed))
    ]
    assert not [number for number, reason, _ in told if f"trial {number} promises more" in reason]
    due = [(reason.split("; ")[1], numbers["due"]) for _, reason, numbers in told if "due" in numbers]
    assert set(due) == {
        ("a whole training is due: of a new configuration", "fresh"),
        ("a whole training is due: of the best paused trial", "best"),
    }
    others = [numbers for _, reason, numbers in told if "promises more" in reason]
    assert others
    assert all({"winner_expected", "winner_draw"} < set(numbers) and "expected" not in numbers for numbers in others)


def test_a_new_trial_is_not_told_the_forecast_of_another_configuration_as_its_own() -> None:
    for seed in range(20):
        scheduler = make_scheduler(AdaptiveSpec(startup_trials=3), True, TRAIN)
        lines = curves(6, seed=seed)
        begin(scheduler, lines)
        for number, line in lines.items():
            if evaluate(scheduler, number, 1, line[0]) is Decision.CONTINUE:
                scheduler.on_pause(number)
        choice = scheduler.choose(Situation(tuple(lines), (), may_propose=True))
        assert choice is not None
        if choice.number is None:
            text = "a new configuration is due, since one that was drawn to compare promised most: expected to end at"
            assert choice.reason.startswith(text)
            assert {"winner_expected", "winner_chance"} < set(choice.numbers)
            assert "expected" not in choice.numbers
            return
        assert "expected" in choice.numbers
    pytest.fail("no new configuration ever won")


@pytest.mark.parametrize(("state", "cannot_work"), [("failed", False), ("pruned", True)])
def test_a_whole_training_that_came_to_nothing_is_due_again(state: str, cannot_work: bool) -> None:
    lines = {number: Line({}, {9.0: 0.5}, whole=True) for number in range(2)} | {2: Line({}, bad=cannot_work)}
    scheduler = make_scheduler(AdaptiveSpec(startup_trials=2), True, TRAIN)
    assert isinstance(scheduler, Adaptive)
    begin(scheduler, [0, 1])
    for number in (0, 1):
        evaluate(scheduler, number, 9, 0.5 + 0.1 * number)
        scheduler.on_end(number, "complete")
    assert scheduler._reserve.due(lines, guarded=True) is Due.FRESH
    begin(scheduler, [2])
    assert scheduler._reserve.due(lines, guarded=True) is None
    scheduler.on_end(2, state, cannot_work)
    assert scheduler._reserve.due(lines, guarded=True) is Due.FRESH
