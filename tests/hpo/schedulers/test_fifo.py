import pytest

from hpo.schedulers import FifoSpec, make_scheduler
from tests.contract.scheduler_contract import TRAIN, SchedulerContract, curves, play


class TestFifo(SchedulerContract):
    @pytest.fixture
    def spec(self) -> FifoSpec:
        return FifoSpec()


def test_every_trial_trains_to_its_end() -> None:
    _, trained = play(make_scheduler(FifoSpec(), True, TRAIN), curves(10))
    assert set(trained.values()) == {9}
