from collections import Counter

import pytest

from hpo.schedulers import Decision, HyperbandSpec, Result, make_scheduler
from hpo.schedulers.hyperband import Hyperband, bracket_weights
from models.errors import InputError
from models.spec import TrainParams
from tests.contract.scheduler_contract import TRAIN, SchedulerContract, curves, play


class TestHyperband(SchedulerContract):
    @pytest.fixture(params=[2, 3])
    def spec(self, request: pytest.FixtureRequest) -> HyperbandSpec:
        return HyperbandSpec(reduction_factor=request.param)


def hyperband(epochs: int = 9) -> Hyperband:
    made = make_scheduler(HyperbandSpec(), True, TrainParams(epochs=epochs))
    assert isinstance(made, Hyperband)
    return made


def test_the_brackets_of_the_paper() -> None:
    """Table 1 of the paper: R = 81, eta = 3."""
    assert bracket_weights(5, 3) == (81, 34, 15, 8, 5)


def test_trials_are_spread_in_proportion_at_any_time() -> None:
    made = hyperband()
    assert made.weights == (9, 5, 3)
    assert Counter(made.bracket_of(number) for number in range(170)) == {0: 90, 1: 50, 2: 30}
    for trials in range(1, 60):
        counts = Counter(made.bracket_of(number) for number in range(trials))
        assert all(abs(counts[index] - trials * made.weights[index] / 17) <= 1 for index in range(3))


def test_brackets_start_at_higher_rungs_and_the_last_stops_nothing() -> None:
    made = hyperband()
    by_bracket: dict[int, set[float]] = {0: set(), 1: set(), 2: set()}
    log, _ = play(made, curves(170))
    for result, decision in log:
        if decision is Decision.STOP:
            by_bracket[made.bracket_of(result.number)].add(result.epochs)
    assert by_bracket == {0: {1.0, 3.0}, 1: {3.0}, 2: set()}


def test_the_reason_names_the_bracket() -> None:
    made = hyperband()
    numbers = [number for number in range(20) if made.bracket_of(number) == 1][:3]
    for number, value in zip(numbers, [0.9, 0.8, 0.7], strict=True):
        made.on_result(Result(number, 3.0, 30, value))
    assert made.reason(numbers[2]) == "bracket 2 of 3, rung 3 epochs: 0.7 is below the top third (cut 0.9, 3 trials)"


def test_steps_need_a_length_in_steps() -> None:
    with pytest.raises(
        InputError, match=r"scheduler.min_steps: is in steps, but the length of the training is in epochs"
    ):
        make_scheduler(HyperbandSpec(min_steps=10), True, TRAIN)
