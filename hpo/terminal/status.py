"""A sweep's status, and the list of all sweeps, as tables."""

from __future__ import annotations

import time
from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from hpo.ledger import State, TrialRecord
from hpo.status import INTERRUPTED, RUNNING, Status
from hpo.terminal import words

STYLES = {RUNNING: "cyan", INTERRUPTED: "red", "stopped": "blue", "failed": "red", "finished": "green"}


def status_table(status: Status) -> RenderableType:
    """Everything about one sweep: who drives it, what runs where, the best so far."""
    facts = Table.grid(padding=(0, 2))
    for name, value in _facts(status):
        facts.add_row(Text(name, style="dim"), value)
    parts: list[RenderableType] = [facts]
    live = [*status.in_state(State.RUNNING), *status.in_state(State.PAUSED)]
    if live:
        parts += [Text(), _trials(status, live)]
    if not status.goes_on and status.state != "finished":
        parts += [Text(), Text.assemble("go on with it: ", (f"hpo resume {status.name}", "bold"))]
    return Group(*parts)


def sweeps_table(found: Sequence[Status]) -> RenderableType:
    """One line a sweep."""
    table = Table(box=None, padding=(0, 2, 0, 0))
    for column in ("sweep", "state", "trials", "best", "metric", "ran", "begun"):
        table.add_column(column, header_style="dim", no_wrap=True)
    for status in found:
        begun = time.strftime("%Y-%m-%d %H:%M", time.localtime(status.started_at))
        row = (_done(status), _value(status.best), status.metric, words.seconds(status.spent_s), begun)
        table.add_row(status.name, Text(status.state, style=STYLES.get(status.state, "")), *row)
    return table


def _facts(status: Status) -> list[tuple[str, str | Text]]:
    state = Text(status.state, style=STYLES.get(status.state, ""))
    if status.left_because:
        state.append(f" ({status.left_because})", style="dim")
    counts = ", ".join(f"{count} {state.value}" for state in State if (count := status.counts.get(state)))
    rows: list[tuple[str, str | Text]] = [("sweep", status.name), ("state", state)]
    stopped = status.stopped
    if stopped is not None and (stopped.lasts or not status.goes_on):
        rows.append(("done because", stopped.reason))
    if status.driver is not None:
        driver = status.driver
        rows.append(("driven by", f"process {driver.pid} on {driver.host} since {driver.since_text}"))
    rows += [("trials", f"{counts or 'none yet'}; {_done(status)}"), ("ran", words.seconds(status.spent_s))]
    if str(status.budget.stop) and stopped is None:
        rows.append(("ends earlier", str(status.budget.stop)))
    if status.best is not None:
        best = status.best
        text = f"{words.number(best.value)} {status.metric}, trial {best.number}: {words.params(best.params)}"
        rows.append(("best", text))
    if status.requests:
        rows.append(("asked", f"{status.requests} requests wait for a driver"))
    return rows


def _done(status: Status) -> str:
    ended = sum(record.state.ended for record in status.records)
    return f"{ended} of {status.budget}" if status.budget.trials is None else f"{ended} of {status.budget.trials}"


def _trials(status: Status, live: Sequence[TrialRecord]) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0))
    for column in ("trial", "state", "epoch", "last", "best", "attempt", "node", "configuration"):
        table.add_column(column, header_style="dim", no_wrap=column != "configuration")
    for record in live:
        last = record.evaluations[-1]["metrics"].get(status.metric) if record.evaluations else None
        attempt = record.attempts[-1] if record.attempts else None
        table.add_row(
            str(record.number),
            Text(record.state.value, style=words.STYLES[record.state]),
            f"{record.epochs:g}",
            words.number(last),
            _value(record),
            str(len(record.attempts)),
            f"{attempt.node} (pid {attempt.pid})" if attempt and attempt.node else "-",
            words.params(record.params),
        )
    return table


def _value(record: TrialRecord | None) -> str:
    return words.number(None if record is None else record.value)
