import pytest

from hpo.samplers import TPESpec
from hpo.space import Space
from tests.contract.sampler_contract import SamplerContract
from tests.contract.studies import CONDITIONAL, NUMERIC


class TestTPE(SamplerContract):
    @pytest.fixture
    def spec(self) -> TPESpec:
        return TPESpec(startup_trials=4)

    @pytest.fixture(params=[NUMERIC, CONDITIONAL], ids=["numeric", "conditional"])
    def space(self, request: pytest.FixtureRequest) -> Space:
        return request.param
