"""Decisions as people read them."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from hpo.explain import Moment
from hpo.ledger import TrialRecord
from hpo.terminal import words

STYLES = {"proposed": "cyan", "paused": "blue", "advanced": "green", "stopped": "yellow"}
LONGEST = 300  # Characters of a reason in the list of all; a traceback is longer.


def trial_story(record: TrialRecord, moments: Sequence[Moment], metric: str) -> RenderableType:
    """One trial: what it is, then each decision with its reason, and the numbers beneath it."""
    cause = f" ({record.cause})" if record.cause else ""
    facts = Table.grid(padding=(0, 2))
    for name, value in (
        ("trial", f"{record.number}: {words.params(record.params)}"),
        ("state", Text(f"{record.state}{cause}", style=words.STYLES[record.state])),
        ("best", f"{words.number(record.value)} {metric}, {record.epochs:g} epochs trained"),
    ):
        facts.add_row(Text(name, style="dim"), value)
    table = _table("when", "decision", "epochs", metric, "why")
    for moment in moments:
        table.add_row(*_cells(moment), Group(Text(moment.reason), *_numbers(moment.numbers)))
    return Group(facts, Text(), table)


def sweep_story(moments: Sequence[Moment], metric: str) -> RenderableType:
    """A line for each decision of a sweep."""
    table = _table("when", "trial", "decision", "epochs", metric, "why")
    for moment in moments:
        when, *rest = _cells(moment)
        reason = " ".join(moment.reason.split())
        table.add_row(when, str(moment.trial), *rest, reason if len(reason) <= LONGEST else f"{reason[:LONGEST]}...")
    return table


def _table(*columns: str) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0))
    for column in columns:
        table.add_column(column, header_style="dim", no_wrap=column != "why", overflow="fold")
    return table


def _cells(moment: Moment) -> tuple[str | Text, ...]:
    when = time.strftime("%m-%d %H:%M:%S", time.localtime(moment.at))
    what = Text(moment.what, style=STYLES.get(moment.what, ""))
    return when, what, f"{moment.epochs:g}", words.number(moment.value)


def _numbers(numbers: Mapping[str, Any]) -> list[Text]:
    if not numbers:
        return []
    return [Text("  ".join(f"{name} {_short(value)}" for name, value in numbers.items()), style="dim")]


def _short(value: Any) -> str:
    """A number as in a table; of several, each."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{name} {_short(one)}" for name, one in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(_short(one) for one in value) + "]"
    return words.number(value)
