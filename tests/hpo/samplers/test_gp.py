import pytest

from hpo.samplers import GPSpec
from hpo.space import Space
from tests.contract.sampler_contract import SamplerContract
from tests.contract.studies import CONDITIONAL


class TestGP(SamplerContract):
    @pytest.fixture
    def spec(self) -> GPSpec:
        return GPSpec(startup_trials=4)

    @pytest.fixture
    def space(self) -> Space:
        return CONDITIONAL
