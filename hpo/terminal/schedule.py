"""The schedule of values that led to the best trial, as people read it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.text import Text

from hpo.terminal import words


def show_schedule(console: Console, summary: Mapping[str, Any]) -> None:
    """A line for each stretch; nothing, where its values never changed."""
    for segment in (summary["best"] or {}).get("schedule", []):
        what = f"from epoch {segment['epochs']:g}, step {segment['steps']}, in trial {segment['trial']}: "
        console.print(Text(f"  {what}{words.params(segment['params'])}", style="dim"), soft_wrap=True)
