"""What a sweep keeps of earlier ones."""

import numpy as np
import pytest

from hpo.history import History, PastSweep, kept, pack, unpack, wishes
from hpo.history.kept import MOST_POINTS, MOST_TRIALS, bounded
from tests.hpo.history.toys import SPACE, START, past_sweeps


@pytest.fixture
def large() -> PastSweep:
    rng = np.random.default_rng(0)
    params = [{**START, "train.weight_decay": float(decay)} for decay in rng.uniform(size=700)]
    return PastSweep.from_arrays("large", params, rng.uniform(size=(700, 51)), maximize=False, why="alike")


def test_the_best_and_a_spread_of_the_others_are_kept_with_their_scores(large: PastSweep) -> None:
    found = bounded(large)
    assert len(found.trials) == MOST_TRIALS
    assert max(len(trial.curve) for trial in found.trials) == MOST_POINTS
    scores = np.sort(found.scores)
    assert np.allclose(scores[-MOST_TRIALS // 2 :], np.sort(large.scores)[-MOST_TRIALS // 2 :], atol=1e-5)
    rest = scores[: MOST_TRIALS // 2]
    assert rest[0] == pytest.approx(large.scores.min(), abs=1e-5)
    assert np.diff(rest).max() < 2 * np.diff(rest).mean()


def test_it_comes_back_as_it_was(large: PastSweep) -> None:
    history = History(SPACE, (*past_sweeps(0), large))
    history = History(SPACE, history.sweeps, tuple(wishes(history, SPACE, 4)))
    once = kept(history)
    assert kept(once) == once
    assert once.first == history.first
    assert once.describe()[-1] == "large: 200 trials; alike"
    params = [dict(trial.params) for trial in large.trials[:20]]
    assert np.array_equal(kept(once).prior_scores(params), once.prior_scores(params))


def test_five_sweeps_take_little_room(large: PastSweep) -> None:
    text = pack(History(SPACE, (large,) * 5))
    assert len(text) < 200_000
    assert text.isprintable()
    assert len(unpack(SPACE, text).sweeps) == 5
