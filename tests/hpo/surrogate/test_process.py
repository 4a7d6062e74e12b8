import numpy as np

from hpo.surrogate.process import EXPECTED, Observed, Process, _expected, _Loss


def observed(seed: int = 0, configurations: int = 12) -> Observed:
    rng = np.random.default_rng(seed)
    points = rng.uniform(size=(configurations, 3))
    owner = np.repeat(np.arange(configurations), 3)
    lengths = np.tile(np.log([1.0, 3.0, 9.0]), configurations)
    heights = np.sin(3 * points[owner, 0]) + 0.3 * lengths * points[owner, 1] + 0.05 * rng.normal(size=len(owner))
    return Observed(points, owner, lengths, (heights - heights.mean()) / heights.std())


def test_the_gradient_is_that_of_the_loss() -> None:
    loss, start = _Loss(observed()), _expected(3) + 0.1
    _, gradient = loss(start)
    step = 1e-5
    for index in range(len(start)):
        move = step * np.eye(len(start))[index]
        numeric = (loss(start + move)[0] - loss(start - move)[0]) / (2 * step)
        assert np.isclose(gradient[index], numeric, rtol=1e-4, atol=1e-6)


def test_a_fit_is_better_than_the_start() -> None:
    seen = observed()
    fitted = Process.fitted(seen)
    found = np.log(
        [*fitted._scales, fitted._held, fitted._moving, fitted._fade, fitted._own, fitted._own_fade, fitted._noise]
    )
    assert _Loss(seen)(found)[0] < _Loss(seen)(_expected(3))[0] - 1


def test_it_goes_through_what_it_saw_and_is_unsure_elsewhere() -> None:
    seen = observed()
    after = Process.fitted(seen).conditioned(seen)
    mean, deviation = after.predict(seen.points[seen.owner], seen.owner, seen.log_length)
    assert np.abs(mean - seen.heights).max() < 0.3
    _, new = after.predict(np.random.default_rng(9).uniform(size=(50, 3)), np.full(50, -1), np.full(50, np.log(9.0)))
    assert new.mean() > 2 * deviation.mean()


def test_a_curve_is_extrapolated_with_growing_doubt() -> None:
    seen = observed()
    after = Process(np.log([0.8, 0.8, 0.8, *EXPECTED])).conditioned(seen)
    lengths = np.log([9.0, 12.0, 30.0, 90.0])
    _, deviation = after.predict(seen.points[[0] * 4], np.zeros(4, dtype=int), lengths)
    assert (np.diff(deviation) > 0).all()


def test_configurations_without_observations_are_left_out() -> None:
    seen = observed().some(np.array([3, 4, 30]))
    small = seen.compact()
    assert small.points.shape == (2, 3)
    assert np.allclose(small.points[small.owner], seen.points[seen.owner])
