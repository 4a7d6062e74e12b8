import pytest

from hpo.samplers import CmaEsSpec
from hpo.space import Space
from tests.contract.sampler_contract import SamplerContract
from tests.contract.studies import NUMERIC


class TestCmaEs(SamplerContract):
    @pytest.fixture
    def spec(self) -> CmaEsSpec:
        return CmaEsSpec(population=4)

    @pytest.fixture
    def space(self) -> Space:
        return NUMERIC
