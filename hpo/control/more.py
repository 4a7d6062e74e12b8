"""More budget for a sweep."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, fields

from hpo.control.answer import Answer
from hpo.control.asking import ANSWER_S, ask, driver_at, refuse_old
from hpo.errors import InputError
from hpo.ledger import Kind
from hpo.place import Place

MOST = 1e9  # Of anything; more is a slip of the finger.


@dataclass(frozen=True)
class More:
    """What there is more of.

    Attributes:
        trials: So many more trials; without hours: however long they take.
        hours: So many hours from now on; alone: with any number of trials.
        gpu_hours, cpu_hours: So many from now on, instead of `sweep.stop`'s; alone: the same.
        target: The value that is enough from now on.
    """

    trials: int = 0
    hours: float = 0.0
    gpu_hours: float = 0.0
    cpu_hours: float = 0.0
    target: float | None = None

    def check(self) -> None:
        """Whether it is more at all.

        Raises:
            InputError: It is not.
        """
        amounts = [self.trials, self.hours, self.gpu_hours, self.cpu_hours]
        whole = all(0 <= amount <= MOST for amount in amounts) and math.isfinite(self.target or 0.0)
        if not whole or not (any(amounts) or self.target is not None):
            rule = f"at least one must be given, and each amount be 0 to {MOST:g}"
            raise InputError.one(", ".join(self.flags()), rule)

    @classmethod
    def flags(cls) -> list[str]:
        """The options of `hpo extend`."""
        return [f"--{field.name.replace('_', '-')}" for field in fields(cls)]

    def arguments(self) -> list[str]:
        """Those options, with the values."""
        given = ((name, value) for name, value in asdict(self).items() if value not in (0, None) or name == "target")
        return [f"--{name.replace('_', '-')}={value}" for name, value in given if value is not None]


def extend(place: Place, name: str, more: More, patience_s: float = ANSWER_S) -> Answer | None:
    """Ask a sweep's driver to go on for longer.

    Returns:
        Its answer; None: nobody drives the sweep, somebody has to: `hpo extend`.

    Raises:
        UnknownSweepError: There is no such sweep.
        InputError: It is not more.
    """
    more.check()
    refuse_old(name, place.read(name).about)
    if driver_at(place, name) is None:
        return None
    return ask(place, name, Kind.EXTEND, asdict(more), patience_s)
