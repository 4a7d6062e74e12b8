"""`hpo sweep`: check, run, show."""

from __future__ import annotations

from rich.console import Console

from hpo.begin import begin
from hpo.check import check
from hpo.commands.hydra_flags import composed
from hpo.sweep import drive
from hpo.terminal.tables import show_plan


def run(arguments: list[str], console: Console) -> int:
    """Run a sweep. Arguments: Hydra overrides and flags."""
    plan = check(composed(arguments))
    show_plan(console, plan)
    console.print()
    begin(plan)
    return drive(plan, console)
