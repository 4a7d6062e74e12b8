"""Says what came of what was asked."""

from __future__ import annotations

from rich.console import Console

from hpo.control import Answer
from hpo.exitcode import ExitCode


def say(answer: Answer, console: Console) -> int:
    """Print an answer; returns the exit code: 0; 1 when it was refused."""
    console.print(answer.text, highlight=False, markup=False, soft_wrap=True)
    return ExitCode.FAILED if answer.refused else ExitCode.OK
