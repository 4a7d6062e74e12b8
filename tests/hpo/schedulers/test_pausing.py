"""The contract holds for a scheduler that pauses, so that it can be trusted where others do."""

import pytest

from hpo.schedulers import Length, Scheduler, SchedulerSpec
from tests.contract.scheduler_contract import TRAIN, SchedulerContract
from tests.hpo.pausing import Halving, HalvingSpec


class TestHalving(SchedulerContract):
    @pytest.fixture
    def spec(self) -> HalvingSpec:
        return HalvingSpec()

    def make(self, spec: SchedulerSpec, maximize: bool = True) -> Scheduler:
        return Halving(maximize, Length.of(TRAIN), (1, 3))
