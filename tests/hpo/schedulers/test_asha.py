import pytest

from hpo.schedulers import AshaSpec, Decision, Result, make_scheduler
from hpo.schedulers.asha import rungs
from models.spec import TrainParams
from tests.contract.scheduler_contract import TRAIN, SchedulerContract, curves, play

GO, STOP = Decision.CONTINUE, Decision.STOP


class TestAsha(SchedulerContract):
    @pytest.fixture(params=[2, 3, 4])
    def spec(self, request: pytest.FixtureRequest) -> AshaSpec:
        return AshaSpec(reduction_factor=request.param)


@pytest.mark.parametrize(
    ("first", "factor", "end", "levels"),
    [(1, 3, 9, (1, 3)), (1, 3, 10, (1, 3, 9)), (2, 2, 3, (2,)), (4, 3, 4, ()), (50, 4, 1000, (50, 200, 800))],
)
def test_rungs(first: int, factor: int, end: float, levels: tuple[int, ...]) -> None:
    assert rungs(first, factor, end) == levels


def test_the_top_third_goes_on_by_hand() -> None:
    scheduler = make_scheduler(AshaSpec(), True, TRAIN)
    values = [0.5, 0.4, 0.6, 0.55, 0.65, 0.62, 0.61]
    decisions = [scheduler.on_result(Result(number, 1, 10, value)) for number, value in enumerate(values)]
    # Too few, too few, best of 3, not in top 1 of 4, best of 5, second of 6 (top 2), third of 7 (top 2).
    assert decisions == [GO, GO, GO, STOP, GO, GO, STOP]
    assert scheduler.reason(6) == "rung 1 epochs: 0.61 is below the top third (cut 0.62, 7 trials)"
    assert scheduler.reason(5) == ""


def test_the_reason_when_less_is_better() -> None:
    scheduler = make_scheduler(AshaSpec(reduction_factor=2), False, TRAIN)
    for number, value in enumerate([0.31234567, 0.5]):
        scheduler.on_result(Result(number, 1, 10, value))
    assert scheduler.reason(1) == "rung 1 epochs: 0.5 is above the top half (cut 0.3123, 2 trials)"


def test_a_trial_that_jumps_over_rungs_is_judged_at_its_first_evaluation_beyond() -> None:
    scheduler = make_scheduler(AshaSpec(reduction_factor=2), True, TRAIN)
    assert scheduler.on_result(Result(0, 1.5, 15, 0.9)) is GO  # Rung 1, at 1.5.
    assert scheduler.on_result(Result(0, 1.9, 19, 0.1)) is GO  # Rung 1 already judged, rung 2 not reached.
    assert scheduler.on_result(Result(1, 5.0, 50, 0.5)) is STOP  # Rungs 1, 2 and 4 at once; last of two at rung 1.
    assert scheduler.reason(1) == "rung 1 epochs: 0.5 is below the top half (cut 0.9, 2 trials)"


def test_rungs_in_steps_when_only_the_epochs_are_known() -> None:
    scheduler = make_scheduler(AshaSpec(min_steps=100, reduction_factor=2), True, TRAIN)
    assert scheduler.on_result(Result(0, 0.5, 100, 0.9)) is GO
    assert scheduler.on_result(Result(1, 0.5, 90, 0.1)) is GO
    assert scheduler.on_result(Result(1, 0.6, 110, 0.1)) is STOP
    assert scheduler.reason(1) == "rung 100 steps: 0.1 is below the top half (cut 0.9, 2 trials)"
    assert scheduler.on_result(Result(2, 9.0, 5000, 0.0)) is GO


def test_it_spends_less_than_half_and_keeps_the_best() -> None:
    lines = curves(81, epochs=27)
    train = TrainParams(epochs=27)
    _, trained = play(make_scheduler(AshaSpec(), True, train), lines)
    best = max(lines, key=lambda number: lines[number][-1])
    assert trained[best] == 27
    assert sum(trained.values()) < 0.5 * 81 * 27
