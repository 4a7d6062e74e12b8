from collections.abc import Callable

import numpy as np

from dashboards.figures import contour
from dashboards.figures.contour import CELLS, surface
from hpo.results import Look


def test_the_surface_has_the_values_of_the_trials_near_it() -> None:
    x, y = (axis.ravel() for axis in np.meshgrid(np.linspace(0, 1, 15), np.linspace(0, 1, 15)))
    found = surface(x, y, x + y)
    middle = (np.arange(CELLS) + 0.5) / CELLS
    inner = slice(8, -8)  # At the edges a mean of what is around leans inwards.
    assert np.allclose(found[inner, inner], (middle[None, :] + middle[:, None])[inner, inner], atol=0.05)


def test_where_no_trial_is_nothing_is_shown() -> None:
    found = surface(np.array([0.1]), np.array([0.1]), np.array([3.0]))
    assert np.isnan(found[-1, -1])
    assert found[3, 3] == 3.0


def test_two_numbers_are_drawn_on_their_own_scales(look_of: Callable[[str], Look]) -> None:
    made = contour(look_of("plain"))
    assert made is not None
    log = {"learning_rate", "weight_decay"}
    for axis in (made.layout.xaxis, made.layout.yaxis):
        assert axis.type == ("log" if axis.title.text in log else "linear")


def test_few_trials_make_no_surface(look_of: Callable[[str], Look]) -> None:
    assert contour(look_of("unconfirmed")) is None
