"""The seam between the space and its kinds of dimension."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, ClassVar

from optuna.distributions import BaseDistribution
from optuna.trial import BaseTrial

from hpo.space.condition import Condition
from hpo.space.prior import Prior


@dataclass(frozen=True)
class Dimension(ABC):
    """One thing that varies.

    A value has two forms: as the trial's config takes it (a list of module names) and as Optuna stores it (a string of
    JSON). `encode` and `decode` go between them, and each is the other's inverse.

    Attributes:
        name: Dotted path in the trial's config; the parameter's name in Optuna, MLflow and every table.
        when: Conditions, all of which must hold for the dimension to be part of a trial.
        prior: Where a person believes the best value to lie; None: nowhere in particular.
    """

    name: str
    when: tuple[Condition, ...] = ()
    prior: Prior | None = field(default=None, kw_only=True)

    kind: ClassVar[str]

    @property
    @abstractmethod
    def distribution(self) -> BaseDistribution:
        """As Optuna knows it."""

    @abstractmethod
    def suggest(self, trial: BaseTrial) -> Any:
        """Ask the trial for a value; returns it in the config's form."""

    @abstractmethod
    def encode(self, value: Any) -> Any:
        """The value as Optuna stores it. Raises ValueError when it is not in the dimension."""

    @abstractmethod
    def decode(self, stored: Any) -> Any:
        """The value as the trial's config takes it."""

    @abstractmethod
    def contains(self, value: Any) -> bool:
        """Whether a value in the config's form is in the dimension."""

    @abstractmethod
    def reaches(self, low: float | None, high: float | None) -> bool:
        """Whether any value lies between the ends, which are inclusive; None: open."""

    @property
    @abstractmethod
    def size(self) -> int | None:
        """Number of values; None when there is no end of them."""

    @abstractmethod
    def values(self) -> Iterable[Any]:
        """Every value in order. Raises ValueError when `size` is None."""

    @property
    @abstractmethod
    def extent(self) -> str:
        """The range or the choices, in words."""

    @property
    @abstractmethod
    def scale(self) -> str:
        """`linear`, `log`, `step 0.01` or `choices`."""

    def _refuse(self, value: Any) -> ValueError:
        return ValueError(f"{self.name}: {value!r} is not in {self.extent}")
