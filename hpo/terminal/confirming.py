"""The confirmation as it runs: its trainings below the live table, plain lines elsewhere."""

from __future__ import annotations

import threading

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from hpo.confirm.retraining import Retraining
from hpo.ledger import State, TrialRecord
from hpo.terminal import words
from hpo.terminal.live import Display


class Confirming:
    """Observer of a confirmation.

    Args:
        display: Of the sweep.
        metric: Name of the optimized metric.
    """

    def __init__(self, display: Display, metric: str) -> None:
        self._display, self._metric = display, metric
        self._records: dict[int, TrialRecord] = {}
        self._lock = threading.Lock()
        display.below = self._render

    def started(self, record: TrialRecord) -> None:
        """A training goes to a slot."""
        self._display.note("")
        self._take(record)
        self._display.say(f"{_name(record)}: begins")

    def evaluated(self, record: TrialRecord) -> None:
        """It was evaluated."""
        self._take(record)
        entry = record.evaluations[-1]
        value = words.number(entry["metrics"].get(self._metric))
        self._display.say(f"{_name(record)}: epoch {entry['epoch']:g} {self._metric}={value}")

    def paused(self, record: TrialRecord) -> None:
        """It left its slot."""
        self._take(record)
        self._display.say(f"{_name(record)}: paused ({record.attempts[-1].end}) after {record.epochs:g} epochs")

    def resumed(self, record: TrialRecord) -> None:
        """It goes on."""
        self._take(record)
        self._display.say(f"{_name(record)}: goes on after {record.epochs:g} epochs")

    def ended(self, record: TrialRecord) -> None:
        """It ended."""
        self._take(record)
        why = f" ({record.cause})" if record.cause else ""
        self._display.say(f"{_name(record)}: {record.state}{why} {self._metric}={words.number(record.value)}")

    def _take(self, record: TrialRecord) -> None:
        with self._lock:
            self._records[record.number] = record

    def _render(self) -> RenderableType | None:
        with self._lock:
            records = list(self._records.values())
        if not records:
            return None
        ended = sum(record.state.ended for record in records)
        table = Table(box=None, padding=(0, 2, 0, 0))
        for column in ("trial", "seed", "epoch", self._metric):
            table.add_column(column, no_wrap=True, header_style="dim")
        for record in records:
            if record.state is State.RUNNING:
                found = Retraining.of(record)
                row = (str(found.configuration), str(found.seed), f"{record.epochs:g}", words.number(record.value))
                table.add_row(*row)
        return Group(Text(f"confirming the best under fresh seeds: {ended} trainings ended"), table)


def _name(record: TrialRecord) -> str:
    found = Retraining.of(record)
    return f"confirming trial {found.configuration}, seed {found.seed}"
