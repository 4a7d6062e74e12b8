"""The contest for a slot."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.special import ndtr

from hpo.surrogate import Line, Model
from hpo.surrogate.fresh import promising

if TYPE_CHECKING:
    from hpo.schedulers.adaptive import Adaptive

_NOISE, _FRESH = 1, 2  # Keep the streams of random numbers apart.


@dataclass(frozen=True)
class Pick:
    """Who gets the slot.

    Attributes:
        number: The trial; None: a new configuration.
        mean, deviation: How it is expected to end, on the model's scale.
        draw: The possible end that won; None: it did not win by a draw.
        chance: That it beats the best so far.
        model: That says so.
        others: With how many it competed.
    """

    number: int | None
    mean: float
    deviation: float
    draw: float | None
    chance: float
    model: Model = field(repr=False)
    others: int

    @property
    def numbers(self) -> dict[str, Any]:
        """For the ledger."""
        found = {"expected": self.mean, "deviation": self.deviation, "chance": self.chance, "others": self.others}
        return {key: round(float(value), 6) for key, value in found.items()} | (
            {} if self.draw is None else {"draw": round(self.draw, 6)}
        )

    @property
    def as_winner(self) -> dict[str, Any]:
        """The same, where they are written with another trial."""
        return {f"winner_{key}": value for key, value in self.numbers.items()}

    def reason(self, scheduler: Adaptive) -> str:
        """In words, in the metric's own terms."""
        low, high = (scheduler.ends_at(self.mean + sign * self.deviation, self.model) for sign in (-1, 1))
        expected = f"expected to end at {scheduler.ends_at(self.mean, self.model):.4g} ({low:.4g} to {high:.4g})"
        drawn = "" if self.draw is None else f", drawn {scheduler.ends_at(self.draw, self.model):.4g}"
        return f"{expected}{drawn}, among {self.others + 1}; chance to beat the best {self.chance:.2f}"


class Arms:
    """Paused trials, and new configurations.

    Args:
        model: After all that was seen.
        lines: The trials, by number.
        events: Seeds the draws: the same contest, asked twice at one moment, has one outcome.
    """

    def __init__(self, model: Model, lines: Mapping[int, Line], events: int) -> None:
        self._model, self._lines, self._events = model, lines, events
        self._numbers: list[int | None] = list(lines)
        forecast = model.ends(list(lines.values()), [])
        self._mean, self._deviation = forecast.mean, forecast.deviation

    def add(self, space: Any, count: int) -> None:
        """So many promising new configurations compete too."""
        rng = np.random.default_rng([self._events, _FRESH])
        _, forecast = promising(self._model, space, rng, count)
        self._numbers += [None] * len(forecast.mean)
        self._mean = np.concatenate([self._mean, forecast.mean])
        self._deviation = np.concatenate([self._deviation, forecast.deviation])

    def thompson(self) -> Pick:
        """The best of one draw of each."""
        news = np.random.default_rng([self._events, _NOISE]).standard_normal(self._numbers.count(None))
        olds = [self._noise(number) for number in self._numbers if number is not None]
        draws = self._mean + self._deviation * np.concatenate([olds, news])
        return self._pick(int(draws.argmax()), float(draws.max()))

    def best(self) -> Pick:
        """The highest expectation."""
        return self._pick(int(self._mean.argmax()))

    def leading(self, count: int) -> list[int]:
        """The trials with the highest expectations, best first."""
        order = np.argsort(-self._mean, kind="stable")
        return [number for index in order if (number := self._numbers[index]) is not None][:count]

    def likeliest(self) -> Pick:
        """The highest chance to beat the best whole training; without one, the highest expectation."""
        return self.best() if self._model.best_end is None else self._pick(int(self._chances().argmax()))

    def _chances(self) -> np.ndarray:
        best = float(self._mean.max()) if self._model.best_end is None else self._model.best_end
        found: np.ndarray = ndtr((self._mean - best) / self._deviation)
        return found

    def _noise(self, number: int) -> float:
        return float(np.random.default_rng([self._events, _NOISE, number + 1]).standard_normal())

    def _pick(self, index: int, draw: float | None = None) -> Pick:
        return Pick(
            self._numbers[index],
            float(self._mean[index]),
            float(self._deviation[index]),
            draw,
            float(self._chances()[index]),
            self._model,
            len(self._numbers) - 1,
        )
