import pytest

from hpo.samplers import RandomSpec
from hpo.space import Space
from tests.contract.sampler_contract import SamplerContract
from tests.contract.studies import CONDITIONAL, NUMERIC


class TestRandom(SamplerContract):
    @pytest.fixture
    def spec(self) -> RandomSpec:
        return RandomSpec()

    @pytest.fixture(params=[NUMERIC, CONDITIONAL], ids=["numeric", "conditional"])
    def space(self, request: pytest.FixtureRequest) -> Space:
        return request.param
