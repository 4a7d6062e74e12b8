"""A choice among listed values, or among the options of a config group."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from optuna.distributions import CategoricalDistribution
from optuna.trial import BaseTrial

from hpo.space.condition import same
from hpo.space.dimension import Dimension
from hpo.space.words import listed, stable_json


def stored_form(value: Any) -> Any:
    """A choice as Optuna's categorical distribution takes it: a scalar as it is, anything else as stable JSON."""
    return value if value is None or isinstance(value, (bool, int, float, str)) else stable_json(value)


@dataclass(frozen=True)
class CategoricalDimension(Dimension):
    """Listed values without order.

    Attributes:
        choices: The values, in the config's form.
        group: Whether they are options of a config group (`model`), not values of a field.
    """

    choices: tuple[Any, ...] = ()
    group: bool = False
    kind: ClassVar[str] = "categorical"

    @property
    def distribution(self) -> CategoricalDistribution:
        """The choices in Optuna's form."""
        return CategoricalDistribution([stored_form(choice) for choice in self.choices])

    def suggest(self, trial: BaseTrial) -> Any:
        """One of the choices."""
        return self.decode(trial.suggest_categorical(self.name, self.distribution.choices))

    def encode(self, value: Any) -> Any:
        """A scalar as it is; a list as stable JSON."""
        if not self.contains(value):
            raise self._refuse(value)
        return stored_form(value)

    def decode(self, stored: Any) -> Any:
        """The choice whose stored form this is."""
        for choice in self.choices:
            if same(stored_form(choice), stored):
                return choice
        raise self._refuse(stored)

    def contains(self, value: Any) -> bool:
        """Whether it is one of the choices; `true` is not 1."""
        return any(same(choice, value) for choice in self.choices)

    def index(self, value: Any) -> int:
        """Which of the choices it is. Raises ValueError when it is none."""
        for index, choice in enumerate(self.choices):
            if same(choice, value):
                return index
        raise self._refuse(value)

    def reaches(self, low: float | None, high: float | None) -> bool:
        """Whether any choice is a number between these ends."""
        numbers = [c for c in self.choices if isinstance(c, (int, float)) and not isinstance(c, bool)]
        return any((low is None or n >= low) and (high is None or n <= high) for n in numbers)

    @property
    def size(self) -> int:
        """Number of choices."""
        return len(self.choices)

    def values(self) -> tuple[Any, ...]:
        """The choices, as written."""
        return self.choices

    @property
    def extent(self) -> str:
        """`8, 16, 32`."""
        return listed(self.choices)

    @property
    def scale(self) -> str:
        """Always `choices`."""
        return "choices"
