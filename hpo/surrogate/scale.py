"""Scores of different lengths on one scale."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

SHRINK = 2.0  # So many trials' worth of belief that a longer training spreads scores no further.
_IQR_OF_NORMAL = 1.349
_TINY = 1e-9
FAR = 50.0  # Heights beyond which a logarithm is not undone.


@dataclass(frozen=True)
class Scale:
    """What a score at a rung means, on the scale of the first rung.

    The first rung's scores are counted in robust deviations from their median. From rung to rung, the trials that
    reached both say how scores moved and spread: so a trial that is paused is taken to gain what those gained that went
    on. Scores below the middle are compressed by a logarithm: how bad a bad one is
    matters little. Those above are not, so that one which leaves the others behind is followed.

    Attributes:
        middle, spread: Of each rung, shape (rungs,).
    """

    middle: np.ndarray
    spread: np.ndarray

    @classmethod
    def of(cls, scores: np.ndarray) -> Scale:
        """From scores at the rungs, shape (trials, rungs), NaN where a trial did not come so far."""
        first = scores[:, 0][np.isfinite(scores[:, 0])]
        middle, spread = 0.0, 1.0
        if len(first):
            middle = float(np.median(first))
            spread = float(np.subtract(*np.quantile(first, [0.75, 0.25]))) / _IQR_OF_NORMAL
            spread = spread if spread > _TINY else float(first.std()) or 1.0
        middles, spreads = [middle], [spread]
        for rung in range(1, scores.shape[1]):
            both = np.isfinite(scores[:, rung]) & np.isfinite(scores[:, rung - 1])
            count = int(both.sum())
            if count:
                before, after = scores[both, rung - 1], scores[both, rung]
                held = SHRINK * spread**2
                ratio = np.sqrt((after.var() * count + held) / (before.var() * count + held))
                height = float(np.mean((before - middle) / spread))  # Of those that went on; it stays the same.
                spread = float(spread * ratio)
                middle = float(after.mean() - spread * height)
            middles.append(middle)
            spreads.append(spread)
        return cls(np.array(middles), np.array(spreads))

    def to_unit(self, scores: np.ndarray) -> np.ndarray:
        """Scores at the rungs, shape (trials, rungs), on the common scale."""
        heights = (scores - self.middle) / self.spread
        found: np.ndarray = np.where(heights < 0, -np.log1p(np.maximum(-heights, 0.0)), heights)
        return found

    def score(self, height: float) -> float:
        """The score at the last rung that a place on the common scale stands for."""
        plain = height if height >= 0 else -float(np.expm1(min(-height, FAR)))
        return float(self.middle[-1] + self.spread[-1] * plain)
