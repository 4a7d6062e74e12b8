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

    def __reduce__(self) -> tuple[type[InputError], tuple[tuple[Problem, ...]]]:
        return type(self), (self.problems,)

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

    def __reduce__(self) -> tuple[type[TrainingDivergedError], tuple[str, int]]:
        return type(self), (self.what, self.step)


class TrainingLeftError(HpoError):
    """Whoever called the training asked it to leave; it can go on from its newest checkpoint.

    Attributes:
        step: Optimizer steps that were made.
    """

    def __init__(self, step: int) -> None:
        self.step = step
        super().__init__(f"the training was left after step {step}, as asked")

    def __reduce__(self) -> tuple[type[TrainingLeftError], tuple[int]]:
        return type(self), (self.step,)


class TrainingOutOfMemoryError(HpoError):
    """The training does not fit into memory, however few rows are computed at once.

    Attributes:
        what: What did not fit.
        device: Into whose memory.
        detail: What the allocator said.
    """

    def __init__(self, what: str, device: str, detail: str) -> None:
        self.what, self.device, self.detail = what, device, detail
        super().__init__(f"{what} does not fit into the memory of {device}: {detail}")

    def __reduce__(self) -> tuple[type[TrainingOutOfMemoryError], tuple[str, str, str]]:
        return type(self), (self.what, self.device, self.detail)


class ProcessLostError(HpoError):
    """One of the processes of a training that runs in several has ended before the training did.

    Attributes:
        rank: Its number; the first process has 0.
        detail: What it said last.
    """

    def __init__(self, rank: int, detail: str) -> None:
        self.rank, self.detail = rank, detail
        super().__init__(f"process {rank} of the training has ended: {detail}")

    def __reduce__(self) -> tuple[type[ProcessLostError], tuple[int, str]]:
        return type(self), (self.rank, self.detail)
