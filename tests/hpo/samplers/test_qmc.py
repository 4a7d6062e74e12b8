import pytest

from hpo.samplers import QMCSpec
from hpo.space import Space
from tests.contract.sampler_contract import SamplerContract
from tests.contract.studies import CONDITIONAL, NUMERIC


class TestQMC(SamplerContract):
    @pytest.fixture
    def spec(self) -> QMCSpec:
        return QMCSpec()

    @pytest.fixture(params=[NUMERIC, CONDITIONAL], ids=["numeric", "conditional"])
    def space(self, request: pytest.FixtureRequest) -> Space:
        return request.param
