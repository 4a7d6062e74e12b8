import pytest
from optuna.distributions import (
    BaseDistribution,
    CategoricalDistribution,
    FloatDistribution,
    IntDistribution,
)

from hpo.importance.unit import place


@pytest.mark.parametrize(
    ("distribution", "value", "expected"),
    [
        (FloatDistribution(0, 2), 0.5, 0.25),
        (FloatDistribution(1e-5, 1e-1, log=True), 1e-3, 0.5),
        (FloatDistribution(0, 1, step=0.5), 0.5, 0.5),
        (FloatDistribution(0, 1, step=0.5), 0.0, 1 / 6),
        (IntDistribution(1, 4), 1, 0.125),
        (IntDistribution(2, 8, step=2), 8, 0.875),
        (IntDistribution(1, 100, log=True), 100, 0.9990595),
        (CategoricalDistribution(["a", "b"]), "b", 0.75),
        (IntDistribution(3, 3), 3, 0.5),
        (FloatDistribution(3, 3), 3.0, 0.5),
    ],
)
def test_places(distribution: BaseDistribution, value: object, expected: float) -> None:
    assert place(distribution, value) == pytest.approx(expected)
