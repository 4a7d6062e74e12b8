"""The best evaluation so far, and when to stop waiting for a better one."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Best:
    """Follows one metric.

    Attributes:
        maximize: Whether more is better.
        min_delta: Smallest change that counts as improvement.
        patience: Evaluations in a row without improvement after which `exhausted` is True; None: never.
        value, step, epoch: The best evaluation; None before the first.
    """

    maximize: bool
    min_delta: float = 0.0
    patience: int | None = None
    value: float | None = None
    step: int = 0
    epoch: float = 0.0
    waited: int = 0

    def update(self, value: float, step: int, epoch: float) -> bool:
        """Take in an evaluation. Returns whether it is the best so far, by more than `min_delta`."""
        gain = 0.0 if self.value is None else (value - self.value) * (1 if self.maximize else -1)
        if self.value is None or gain > self.min_delta:
            self.value, self.step, self.epoch, self.waited = value, step, epoch, 0
            return True
        self.waited += 1
        return False

    @property
    def exhausted(self) -> bool:
        """Whether patience is at an end."""
        return self.patience is not None and self.waited >= self.patience
