"""What was wrong with what a person asked for."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from hpo.errors import InputError


def show_errors(console: Console, error: InputError) -> None:
    """Every problem: where, what, and what to do."""
    count = len(error.problems)
    console.print(Text(f"{count} problem{'s' if count > 1 else ''}; nothing was started", style="bold red"))
    for problem in error.problems:
        console.print(Text.assemble("  ", (problem.where, "bold"), ": ", problem.message), soft_wrap=True)
        if problem.hint:
            console.print(Text(f"    {problem.hint}", style="dim"), soft_wrap=True)
