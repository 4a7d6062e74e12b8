"""When hyperparameters are fitted."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Sequence

from hpo.history.history import History
from hpo.history.points import Cube
from hpo.surrogate.guard import foretold, trusted
from hpo.surrogate.ladder import Ladder
from hpo.surrogate.line import Line
from hpo.surrogate.model import LEAST, Model
from hpo.surrogate.process import Process

AGAIN = 1.2  # They are fitted anew when there are so many times as many trials with a score.


class Fits:
    """Keeps the hyperparameters of moments that follow from the trials alone, so that a restart finds the same ones.

    Args:
        cube: Of the space.
        ladder: All rungs.
        history: Earlier sweeps; None: none.
    """

    def __init__(self, cube: Cube, ladder: Ladder, history: History | None = None) -> None:
        self._cube, self._ladder, self._history = cube, ladder, history
        self._expected = None if history is None else foretold(history, ladder)
        self._next = LEAST
        self._then: list[Line] = []
        self._process: Process | None = None

    def rungs(self, lines: Sequence[Line]) -> Ladder:
        """Those that are gone by after these trials."""
        return trusted(lines, self._ladder, self._expected)

    def look(self, lines: Iterable[Line]) -> None:
        """Note the moment if there are enough more trials than at the last one. The fit itself waits until needed."""
        told = [line for line in lines if line.curve or line.bad]
        scored = sum(bool(line.curve) and not line.bad for line in told)
        if scored >= self._next:
            self._next = int(scored * AGAIN) + 1
            self._then, self._process = copy.deepcopy(told), None

    def process(self) -> Process:
        """With the hyperparameters of the last moment."""
        if self._process is None:
            rungs = self.rungs(self._then)
            self._process = Model.fit(self._cube, self._then, rungs, self._history)
        return self._process
