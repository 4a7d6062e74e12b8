"""What earlier sweeps foretell, and how far they are believed."""

import dataclasses
import time

import numpy as np
import pytest

from hpo.history import History, PastSweep, anywhere
from hpo.history.trust import weights
from tests.hpo.history.toys import SPACE, history_of, past_sweeps, value


def order(left: np.ndarray, right: np.ndarray) -> float:
    """Rank correlation."""
    return float(np.corrcoef(left.argsort().argsort(), right.argsort().argsort())[0, 1])


def drawn(count: int, seed: int = 99) -> list[dict[str, float]]:
    rng = np.random.default_rng(seed)
    return [anywhere(SPACE, rng) for _ in range(count)]


def own(values: list[float], params: list[dict[str, float]]) -> PastSweep:
    return PastSweep.from_arrays("own", params, np.array(values)[:, None], maximize=True)


def test_it_foretells_configurations_that_were_not_tried() -> None:
    history, params = History(SPACE, past_sweeps(0)), drawn(200)
    assert order(history.prior_scores(params), np.array([value(one) for one in params])) > 0.8


def test_scores_lie_between_0_and_1_for_any_sweep() -> None:
    single = dataclasses.replace(past_sweeps(0)[0], trials=past_sweeps(0)[0].trials[:1])
    found = History(SPACE, (single, *past_sweeps(1))).predict(drawn(50))
    assert found.shape == (4, 50)
    assert ((found >= 0) & (found <= 1)).all()


def test_a_dimension_that_a_sweep_did_not_know_does_not_count_in_it() -> None:
    (sweep,) = past_sweeps(0, sweeps=1)
    less = [{"train.learning_rate": trial.params["train.learning_rate"]} for trial in sweep.trials]
    without = PastSweep.from_arrays("less", less, np.array([[t.curve[0][1]] for t in sweep.trials]), maximize=True)
    params = [{"train.learning_rate": 1e-3, "train.weight_decay": decay} for decay in (0.0, 0.5, 1.0)]
    assert np.ptp(History(SPACE, (without,)).predict(params)) == pytest.approx(0)
    assert np.ptp(History(SPACE, (sweep,)).predict(params)) > 0.05


def test_a_sweep_that_foretells_keeps_its_weight_and_one_that_misleads_loses_it() -> None:
    params = drawn(8)
    history = History(SPACE, (*past_sweeps(0, sweeps=1), *past_sweeps(0, sweeps=1, sign=-1.0)))
    before, after = history.weights(), history.weights(own([value(one) for one in params], params))
    assert before[0] == before[1] == 0.5
    assert after[0] > 0.6
    assert after[1] == 0
    assert history.trust(own([-value(one) for one in params], params)) == pytest.approx(
        history.weights(own([-value(one) for one in params], params))[1]
    )


def test_where_no_sweep_is_believed_all_are_the_same() -> None:
    params = drawn(20)
    found = History(SPACE, past_sweeps(0)).prior_scores(params, own([-value(one) for one in params], params))
    assert set(found) == {0.5}


def test_configurations_that_were_all_said_to_be_good_refute_nothing_by_their_order() -> None:
    predicted = np.array([[0.99, 0.98, 0.97, 0.96]])
    assert weights(predicted, np.array([0.0, 0.3, 0.6, 1.0]))[0] > 0.4
    assert weights(np.array([[0.9, 0.6, 0.3, 0.0]]), np.array([0.0, 0.3, 0.6, 1.0]))[0] == 0


def test_a_thousand_configurations_are_scored_at_once() -> None:
    history = history_of(past_sweeps(0, sweeps=5, trials=200))
    params = drawn(1000)
    history.prior_scores(params[:1])
    took = []
    for _ in range(5):
        begin = time.process_time()
        history.prior_scores(params)
        took.append(time.process_time() - begin)
    assert min(took) < 0.2  # Measured: 0.03.
