import pytest

from hpo.schedulers import Decision, MedianSpec, Result, make_scheduler
from tests.contract.scheduler_contract import TRAIN, SchedulerContract, curves, play

GO, STOP = Decision.CONTINUE, Decision.STOP


class TestMedian(SchedulerContract):
    @pytest.fixture(params=[MedianSpec(), MedianSpec(grace_epochs=3, min_trials=2)])
    def spec(self, request: pytest.FixtureRequest) -> MedianSpec:
        return request.param


def test_by_hand() -> None:
    scheduler = make_scheduler(MedianSpec(min_trials=2), True, TRAIN)
    for number, values in enumerate([(0.4, 0.6), (0.6, 0.8), (0.1, 0.9)]):
        for epoch, value in enumerate(values, 1):
            assert scheduler.on_result(Result(number, epoch, epoch, value)) is (
                STOP if (number, epoch) == (2, 1) else GO
            )
    # Averages up to epoch 2: 0.5, 0.7, 0.5; their median is 0.5. The trial's best so far counts, not its last.
    assert scheduler.on_result(Result(3, 1, 1, 0.45)) is GO
    assert scheduler.on_result(Result(3, 2, 2, 0.40)) is STOP
    assert scheduler.reason(3) == "2 epochs: the best value 0.45 is below the median 0.5 of 3 trials"


def test_nothing_is_stopped_in_its_grace_or_among_too_few() -> None:
    few = make_scheduler(MedianSpec(min_trials=4), True, TRAIN)
    assert [few.on_result(Result(n, 2, 2, -n)) for n in range(6)] == [GO, GO, GO, GO, STOP, STOP]
    grace = make_scheduler(MedianSpec(grace_steps=100, min_trials=1), True, TRAIN)
    assert [grace.on_result(Result(n, 2, 99, -n)) for n in range(6)] == [GO] * 6
    assert grace.on_result(Result(5, 2, 100, -5)) is GO  # No other trial came as far.


def test_it_saves_compute() -> None:
    _, trained = play(make_scheduler(MedianSpec(), True, TRAIN), curves(60))
    assert sum(trained.values()) < 0.75 * 60 * 9
