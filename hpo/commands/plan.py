"""`hpo plan`: what a sweep would do; starts nothing."""

from __future__ import annotations

from rich.console import Console

from hpo.check import check
from hpo.commands.hydra_flags import composed
from hpo.terminal.tables import show_plan


def run(arguments: list[str], console: Console) -> int:
    """Show the plan of a sweep. Arguments: Hydra overrides and flags."""
    show_plan(console, check(composed(arguments)))
    return 0
