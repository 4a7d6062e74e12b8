"""What is tried first."""

import dataclasses

import numpy as np

from hpo.history import History, PastSweep, is_refuted, portfolio, wishes
from hpo.history.first import MOST_BAD
from tests.hpo.history.toys import MIXED, SPACE, START, past_sweeps, percentile


def sweep(name: str, scores: dict[float, float]) -> PastSweep:
    """A sweep over learning rates, each with its value."""
    params = [{**START, "train.learning_rate": rate} for rate in scores]
    return PastSweep.from_arrays(name, params, np.array(list(scores.values()))[:, None], maximize=True)


def rates(found: list[dict[str, float]]) -> list[float]:
    return [one["train.learning_rate"] for one in found]


def test_the_first_are_among_the_best_of_the_space() -> None:
    for seed in range(5):
        found = portfolio(History(SPACE, past_sweeps(seed)), SPACE, 3)
        assert len(found) == 3
        assert max(percentile(one) for one in found) > 0.95
        assert np.mean([percentile(one) for one in found]) > 0.9


def test_the_second_is_good_where_the_first_was_not() -> None:
    both = {1e-4: 0.0, 3e-4: 3.0, 1e-3: 2.0, 3e-3: 1.0}
    other = {1e-4: 0.0, 3e-4: 1.0, 1e-3: 2.0, 3e-3: 3.0}
    history = History(SPACE, (sweep("a", both), sweep("b", both), sweep("c", other)))
    assert rates(portfolio(history, SPACE, 2)) == [3e-4, 3e-3]


def test_the_start_is_not_repeated() -> None:
    history = History(SPACE, (sweep("a", {1e-4: 3.0, 1e-3: 2.0, 3e-3: 1.0}),))
    assert rates(portfolio(history, SPACE, 9)) == [1e-4, 1e-3, 3e-3]
    assert sorted(rates(portfolio(history, SPACE, 9, START))) == [1e-3, 3e-3]


def test_what_is_outside_or_broken_is_not_tried() -> None:
    history = History(SPACE, (sweep("a", {1e-6: 3.0, 1e-3: 2.0, 3e-3: 1.0}),))
    broken = dataclasses.replace(history.sweeps[0].trials[2], state="pruned", cause="diverged", curve=())
    trials = (*history.sweeps[0].trials[:2], broken)
    found = portfolio(History(SPACE, (dataclasses.replace(history.sweeps[0], trials=trials),)), SPACE, 9)
    assert rates(found) == [1e-3]


def test_the_start_lends_what_an_earlier_sweep_did_not_know() -> None:
    params = [{"tuning": "full"}, {"tuning": "lora", "tuning.rank": 4}]
    past = PastSweep.from_arrays("a", params, np.array([[1.0], [2.0]]), maximize=True)
    history = History(MIXED, (past,))
    start = {"tuning": "full", "train.weight_decay": 0.1}
    assert portfolio(history, MIXED, 9) == []
    assert portfolio(history, MIXED, 9, start) == [{"tuning": "lora", "train.weight_decay": 0.1, "tuning.rank": 4}]


def test_each_says_why() -> None:
    found = wishes(History(SPACE, past_sweeps(0)), SPACE, 1)[0].why
    assert found.startswith("good in 3 earlier sweeps (past-0, past-1, past-2): on average better than ")


def test_they_are_given_up_after_two_that_were_bad_and_not_while_as_many_were_good() -> None:
    own = PastSweep.from_arrays("own", [START] * 6, np.array([[0.5], [0.4], [0.3], [0.9], [0.8], [0.2]]), maximize=True)
    numbers = list(range(6))
    assert not is_refuted(own, numbers, [])
    assert not is_refuted(own, numbers, [5])
    assert is_refuted(own, numbers, [2, 5])
    assert len([2, 5]) == MOST_BAD
    assert not is_refuted(own, numbers, [2, 5, 3, 4])
    assert not is_refuted(own, numbers, numbers)  # There is nothing to compare them with.
