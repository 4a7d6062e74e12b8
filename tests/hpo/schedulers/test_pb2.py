"""The bandit that proposes values for the next interval."""

import math

import numpy as np

from hpo.schedulers.pb2 import FEWEST, Gain, Process, proposed
from hpo.space import Space
from tests.hpo.population.toy import RATE, SCHEMA, SPACE, learnt

DECAY = "train.weight_decay"


def gains(seed: int, intervals: int, members: int = 6) -> list[Gain]:
    """Of values at random in the toy's first intervals."""
    rng = np.random.default_rng(seed)
    drawn = ((time, SPACE.draw(rng)) for time in range(1, intervals + 1) for _ in range(members))
    return [Gain(time, params, learnt(params[RATE], time)) for time, params in drawn]


def test_it_finds_where_most_was_gained() -> None:
    """Close to the best rate, of a range of four decades, in most of the cases."""
    near = 0
    for seed in range(10):
        known, rng = gains(seed, 4), np.random.default_rng(seed)
        found = proposed(SPACE, known[0].params, known, [], 5, rng)
        assert found is not None
        assert SPACE.contains(found) == []
        near += abs(math.log10(found[RATE]) - (-2 - 2 * 4 / 9)) < 0.8
    assert near >= 8


def test_it_avoids_what_others_try_now() -> None:
    known = gains(0, 4)
    first = proposed(SPACE, known[0].params, known, [], 5, np.random.default_rng(0))
    assert first is not None
    second = proposed(SPACE, known[0].params, known, [first] * 4, 5, np.random.default_rng(0))
    assert second is not None
    assert second != first


def test_it_is_the_same_each_time_and_knows_when_it_knows_nothing() -> None:
    known = gains(0, 2)
    one, other = (proposed(SPACE, known[0].params, known, [], 3, np.random.default_rng(7)) for _ in range(2))
    assert one == other
    assert proposed(SPACE, known[0].params, known[: FEWEST - 1], [], 3, np.random.default_rng(7)) is None


def test_a_gain_that_is_no_number_counts_nothing() -> None:
    known = gains(0, 2)
    lost = [*known, Gain(2, known[0].params, -math.inf)]
    one, other = (proposed(SPACE, known[0].params, some, [], 3, np.random.default_rng(7)) for some in (known, lost))
    assert one == other


def test_choices_are_proposed_as_well() -> None:
    space = Space.parse({"train": {"learning_rate": {"choices": [1e-4, 1e-3, 1e-2]}}}, SCHEMA)
    known = [Gain(1, {RATE: rate}, gain) for rate, gain in ((1e-4, 0.0), (1e-3, 0.1), (1e-2, 1.0)) for _ in range(3)]
    assert proposed(space, {RATE: 1e-3}, known, [], 2, np.random.default_rng(0)) == {RATE: 1e-2}


def test_what_is_long_ago_counts_less() -> None:
    points, times = np.array([[0.2], [0.8]]), np.array([1.0, 9.0])
    process = Process(points, times, np.array([1.0, 1.0]), length=0.3, forgetting=0.5, noise=0.01)
    old, new = process.promise(points, 10.0, np.empty((0, 1)))
    assert new > old
