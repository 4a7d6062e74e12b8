"""New configurations that the model promises most of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from hpo.space import Space
from hpo.surrogate.model import Forecast, Model

CANDIDATES = 200
BOLD = 0.5  # Standard deviations that count for a candidate: what is unknown may be better than expected.


def promising(
    model: Model, space: Space, rng: np.random.Generator, count: int, known: Mapping[str, Any] | None = None
) -> tuple[list[dict[str, Any]], Forecast]:
    """The best of random candidates, by an upper confidence bound (Srinivas et al. 2010, arXiv:0912.3995).

    Few of many, so that their draws do not win a contest by their number alone.

    Args:
        count: How many.
        known: Values that they must have.

    Returns:
        The configurations, best first, and how they are expected to end.
    """
    drawn = [space.draw(rng, known) for _ in range(CANDIDATES)]
    forecast = model.ends([], drawn)
    order = np.argsort(-(forecast.mean + BOLD * forecast.deviation), kind="stable")[:count]
    return [drawn[index] for index in order], Forecast(forecast.mean[order], forecast.deviation[order])
