import numpy as np

from hpo.surrogate.scale import Scale

NAN = float("nan")


def test_the_order_at_each_rung_is_kept() -> None:
    rng = np.random.default_rng(0)
    scores = rng.normal(size=(30, 4)).cumsum(axis=1)
    heights = Scale.of(scores).to_unit(scores)
    for rung in range(4):
        assert (np.argsort(heights[:, rung]) == np.argsort(scores[:, rung])).all()


def test_what_all_gain_changes_nothing() -> None:
    first = np.random.default_rng(0).normal(size=20)
    scores = np.stack([first, first + 5, first + 9], axis=1)
    heights = Scale.of(scores).to_unit(scores)
    assert np.allclose(heights[:, 0], heights[:, 2])


def test_those_that_stayed_behind_are_taken_to_gain_as_much() -> None:
    first = np.linspace(-1, 1, 21)
    after = np.where(first > 0.5, first + 3, NAN)
    scale = Scale.of(np.stack([first, after], axis=1))
    heights = scale.to_unit(np.stack([first, after], axis=1))
    there = np.isfinite(after)
    assert np.allclose(heights[there, 1].mean(), heights[there, 0].mean(), atol=0.05)


def test_a_score_is_found_again() -> None:
    scores = np.array([[0.1, 0.2], [0.3, 0.6], [0.2, 0.3], [0.5, 0.9]])
    scale = Scale.of(scores)
    for score in (0.05, 0.4, 1.5):
        height = scale.to_unit(np.array([[0.0, score]]))[0, 1]
        assert np.isclose(scale.score(float(height)), score)


def test_equal_scores_are_no_trouble() -> None:
    scores = np.full((5, 3), 0.5)
    assert np.isfinite(Scale.of(scores).to_unit(scores)).all()
