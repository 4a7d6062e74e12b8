"""Which whole trainings are due, whatever the model thinks of them."""

from __future__ import annotations

import enum
from collections.abc import Mapping

from hpo.surrogate import Line

PATIENCE = 1.5  # Whole lengths that may be spent on parts, for each whole training.
SHARE = 0.5  # Reserve trainings for each whole one that the model chose, once there are `AFTER` of those.
AFTER = 2


class Due(enum.Enum):
    """What is due."""

    FRESH = "a new configuration"
    BEST = "the best paused trial"


class Reserve:
    """Keeps whole trainings coming.

    Without them nothing measures whether early rungs foretell the end: whom the model advances is no fair sample. A
    whole training is due when more than `PATIENCE` whole lengths were spent on parts for each one, in turn of the best
    paused trial and of a new configuration; and a new one for every second that the model brought to its end.

    Args:
        end: The whole length.
    """

    def __init__(self, end: float) -> None:
        self._end = end
        self._taken: set[int] = set()
        self._promised: set[int] = set()

    def take(self, number: int) -> None:
        """A new trial is of the reserve: it is trained whole."""
        self._taken.add(number)
        self._promised.add(number)

    def promise(self, number: int) -> None:
        """A trial is trained whole."""
        self._promised.add(number)

    def forget(self, number: int) -> None:
        """A trial ended before its whole length, so it measured nothing: another is due in its place."""
        self._taken.discard(number)
        self._promised.discard(number)

    def is_promised(self, number: int) -> bool:
        """Whether a trial is not to be paused again."""
        return number in self._promised

    def due(self, lines: Mapping[int, Line], *, guarded: bool) -> Due | None:
        """What is due; None: nothing.

        Args:
            lines: All trials, by number.
            guarded: Whether any rung but the end is gone by.
        """
        if not guarded:
            return None
        whole = {number for number, line in lines.items() if line.whole}
        coming = {n for n in self._promised if n in lines and not lines[n].whole and not lines[n].bad}
        if len(whole - self._taken) >= AFTER and len(self._taken) < SHARE * len(whole - self._taken):
            return Due.FRESH
        parts = sum(line.length for number, line in lines.items() if number not in whole | coming)
        count = len(whole | coming)
        if parts > PATIENCE * self._end * (count + 1):
            return Due.FRESH if count % 2 else Due.BEST
        return None
