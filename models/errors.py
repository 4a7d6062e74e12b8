"""Errors that a person can act on: what is wrong, where, what was got, and what is allowed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


class HpoError(Exception):
    """Root of every error that this project raises on purpose."""


@dataclass(frozen=True)
class Problem:
    """One thing wrong with the input.

    Attributes:
        where: Dotted config path (`train.learning_rate`), or a file with its line (`rows.csv:12`).
        message: The rule that was broken and the value that was got.
        hint: What to do about it, or the allowed values; empty when the message says all.
    """

    where: str
    message: str
    hint: str = ""

    def __str__(self) -> str:
        text = f"{self.where}: {self.message}"
        return f"{text} ({self.hint})" if self.hint else text


class InputError(HpoError):
    """The input cannot work. Carries every problem that was found, not only the first."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        if not self.problems:
            raise ValueError("InputError needs at least one problem")
        super().__init__("\n".join(str(problem) for problem in self.problems))

    @classmethod
    def one(cls, where: str, message: str, hint: str = "") -> InputError:
        """An error of a single problem."""
        return cls([Problem(where, message, hint)])


class TrainingDivergedError(HpoError):
    """The loss or the metric became NaN or infinite.

    Attributes:
        step: Optimizer step at which it was seen.
    """

    def __init__(self, what: str, step: int) -> None:
        self.what = what
        self.step = step
        super().__init__(f"{what} is not finite at step {step}")
