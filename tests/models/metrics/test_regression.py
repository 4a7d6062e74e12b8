import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import pearsonr, rankdata, spearmanr
from sklearn.metrics import mean_absolute_error, mean_squared_error

from models.metrics.regression import pearson, ranks, regression_scores, spearman


@given(st.integers(3, 60), st.integers(2, 30), st.integers(0, 10_000))
def test_scores_are_scipys_with_ties(rows: int, values: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    true, predicted = random.integers(0, values, rows) / 2, random.integers(0, values, rows) * 0.3 - 1
    true[:2], predicted[:2] = (0, 99), (5, -7)
    assert ranks(true) == pytest.approx(rankdata(true))
    assert regression_scores(true, predicted) == pytest.approx(
        {
            "spearman": spearmanr(true, predicted).statistic,
            "pearson": pearsonr(true, predicted).statistic,
            "mse": mean_squared_error(true, predicted),
            "mae": mean_absolute_error(true, predicted),
        },
        abs=1e-9,
    )


@pytest.mark.parametrize("correlation", [pearson, spearman])
def test_correlation_of_a_constant_is_zero_and_of_nan_is_nan(correlation) -> None:
    values = np.array([1.0, 2.0, 4.0])
    assert correlation(values, np.full(3, 0.1)) == 0
    assert correlation(np.full(3, 0.1), values) == 0
    assert correlation(values[:1], values[:1]) == 0
    assert np.isnan(correlation(values, np.array([1.0, np.nan, 2.0])))


def test_correlation_of_tiny_numbers_and_float32() -> None:
    assert pearson(np.array([1.0, 2.0, 4.0]), np.array([1e-200, 2e-200, 4e-200])) == pytest.approx(1)
    assert spearman(np.array([1.0, 2.0, 4.0]), np.array([3, 2, 1], dtype=np.float32)) == -1
