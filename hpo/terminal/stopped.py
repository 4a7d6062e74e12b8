"""Why a sweep ended, for people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.text import Text


def show_stopped(console: Console, summary: Mapping[str, Any]) -> None:
    """The reason; nothing for a sweep that was left in the middle, or that goes on."""
    stopped = summary.get("stopped")
    if stopped is not None and summary["status"] == "finished":
        console.print(Text(f"done: {stopped['reason']}", style="dim"), soft_wrap=True)
