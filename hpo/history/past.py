"""Earlier sweeps as evidence: what was tried in them, and how good each configuration was among the others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from hpo.history.scores import scores, wins

BAD_CAUSES = ("diverged", "out_of_memory", "infeasible")  # The configuration itself was at fault.
DIVERGED = "diverged"


@dataclass(frozen=True)
class PastTrial:
    """One training of an earlier sweep.

    Attributes:
        params: Values by dotted name, of the dimensions that the new space has.
        curve: (fraction of the sweep's full length, value), the fractions rising, the values finite.
        state: `complete`, `pruned` or `failed`, or for a trial of the sweep itself where it stands.
        cause: Why it ended before its full length; None: it did not.
    """

    params: Mapping[str, Any]
    curve: tuple[tuple[float, float], ...] = ()
    state: str = "complete"
    cause: str | None = None

    @property
    def complete(self) -> bool:
        """Whether its result is final, so that it may be compared with trials of any length."""
        return self.state == "complete"

    @property
    def broken(self) -> bool:
        """Whether the configuration cannot work."""
        return self.cause in BAD_CAUSES

    @property
    def telling(self) -> bool:
        """Whether anything is learnt from it."""
        return bool(self.curve) or self.broken

    def final(self, maximize: bool) -> float | None:
        """The best value that it reached; None when it has none."""
        values = [value for _, value in self.curve]
        return None if not values else max(values) if maximize else min(values)


@dataclass(frozen=True)
class PastSweep:
    """An earlier sweep.

    Attributes:
        name: As a person gave or would give it.
        trials: Those from which something is learnt.
        maximize: Whether more of its metric was better.
        why: Why it is used, in words.
        by_last: Whether trials are compared by the last value that they reached; else by the best, as a sweep does.
        known_scores: The scores, where `trials` are only some of those that the sweep had; None: found from them.
    """

    name: str
    trials: tuple[PastTrial, ...]
    maximize: bool = True
    why: str = ""
    by_last: bool = False
    known_scores: tuple[float, ...] | None = None

    @classmethod
    def from_arrays(
        cls,
        name: str,
        params: Sequence[Mapping[str, Any]],
        curves: np.ndarray,
        *,
        maximize: bool,
        why: str = "",
        by_last: bool = False,
    ) -> PastSweep:
        """A sweep of which every curve was recorded.

        Args:
            params: One mapping a row.
            curves: Shape (trials, evaluations), the evaluations at equal distances and the last at the full length;
                a row that is not finite from some place on diverged there.
        """
        fractions = np.arange(1, curves.shape[1] + 1) / curves.shape[1]
        trials = []
        for values, row in zip(params, curves, strict=True):
            finite = np.isfinite(row)
            whole = bool(finite.all())
            end = len(row) if whole else int(np.argmin(finite))
            curve = tuple(zip(fractions[:end].tolist(), row[:end].tolist(), strict=True))
            trials.append(PastTrial(dict(values), curve) if whole else PastTrial(values, curve, "pruned", DIVERGED))
        return cls(name, tuple(trials), maximize, why, by_last)

    @cached_property
    def scores(self) -> np.ndarray:
        """How good each trial was among the others, from 0 to 1, the best; shape (trials,)."""
        if self.known_scores is not None:
            return np.array(self.known_scores)
        return scores(*self._compared, by_last=self.by_last)

    @cached_property
    def wins(self) -> np.ndarray:
        """Which trial beats which, shape (trials, trials): 1 where the row does, 0 where the column does."""
        return wins(*self._compared, by_last=self.by_last)

    @property
    def _compared(self) -> tuple[list[list[tuple[float, float]]], list[bool], list[bool]]:
        sign = 1.0 if self.maximize else -1.0
        curves = [[(at, sign * value) for at, value in trial.curve] for trial in self.trials]
        return curves, [t.complete for t in self.trials], [t.broken for t in self.trials]
