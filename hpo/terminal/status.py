"""A sweep's status, and the list of all sweeps, as tables."""

from __future__ import annotations

import time
from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from hpo.budget import Budget
from hpo.confirm.retraining import Retraining, configuration
from hpo.ledger import Attempt, State, TrialRecord
from hpo.results import Best, Line, Look
from hpo.status import INTERRUPTED, RUNNING, Status
from hpo.terminal import words
from hpo.terminal.confirmed import headline

STYLES = {RUNNING: "cyan", INTERRUPTED: "red", "stopped": "blue", "failed": "red", "finished": "green"}


def status_table(look: Look) -> RenderableType:
    """Everything about one sweep: who drives it, what runs where, the best so far, what was confirmed."""
    status = look.status
    facts = Table.grid(padding=(0, 2))
    for name, value in (*_facts(status), *_confirmation(look)):
        facts.add_row(Text(name, style="dim"), value)
    parts: list[RenderableType] = [facts]
    live = [*status.in_state(State.RUNNING), *status.in_state(State.PAUSED)]
    again = [record for record in look.confirming if record.state is State.RUNNING]
    if live or again:
        parts += [Text(), _trials(status.metric, live, again)]
    if not status.goes_on and status.state != "finished":
        parts += [Text(), Text.assemble("go on with it: ", (f"hpo resume {status.name}", "bold"))]
    return Group(*parts)


def sweeps_table(found: Sequence[Line]) -> RenderableType:
    """One line a sweep."""
    table = Table(box=None, padding=(0, 2, 0, 0))
    for column in ("sweep", "state", "trials", "best", "metric", "ran", "begun"):
        table.add_column(column, header_style="dim", no_wrap=True)
    for line in found:
        begun = time.strftime("%Y-%m-%d %H:%M", time.localtime(line.started_at))
        done = _done(line.ended, Budget.of(line.about))
        row = (done, _value(line.best), line.metric, words.seconds(line.spent_s), begun)
        table.add_row(line.name, Text(line.state, style=STYLES.get(line.state, "")), *row)
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
    done = _done(sum(record.state.ended for record in status.records), status.budget)
    rows += [("trials", f"{counts or 'none yet'}; {done}"), ("ran", words.seconds(status.spent_s))]
    if str(status.budget.stop) and stopped is None:
        rows.append(("ends earlier", str(status.budget.stop)))
    if status.best is not None:
        best = status.best
        text = f"{words.number(best.value)} {status.metric}, trial {best.number}: {words.params(best.params)}"
        rows.append(("best", text))
    if status.requests:
        rows.append(("asked", f"{status.requests} requests wait for a driver"))
    return rows


def _confirmation(look: Look) -> list[tuple[str, str]]:
    found, again = look.about.get("confirmation"), look.confirming
    ended = sum(record.state.ended for record in again)
    if again and (ended < len(again) or not found):
        inside = sum(record.state is State.RUNNING for record in again)
        return [("confirming", f"{ended} trainings of the best under fresh seeds ended, {inside} in slots")]
    return [("result", headline(found, look.metric))] if found else []


def _done(ended: int, budget: Budget) -> str:
    return f"{ended} of {budget}" if budget.trials is None else f"{ended} of {budget.trials}"


def _trials(metric: str, live: Sequence[TrialRecord], again: Sequence[TrialRecord]) -> Table:
    """The trials of the search, then those trained again under a fresh seed."""
    table = Table(box=None, padding=(0, 2, 0, 0))
    inside = [record.attempts[-1] for record in (*live, *again) if record.state is State.RUNNING and record.attempts]
    # Without Ray's id of the node, which is another one after a resume.
    several = len({attempt.node.partition("/")[0] for attempt in inside if attempt.node}) > 1
    place = "node" if several else "pid"  # A node's name is long.
    for column in ("trial", "state", "epoch", "last", "best", "attempt", place, "configuration"):
        table.add_column(column, header_style="dim", no_wrap=column != "configuration")
    rows = [(str(record.number), record) for record in live]
    rows += [(f"{one.configuration}, seed {one.seed}", record) for record in again if (one := Retraining.of(record))]
    for number, record in rows:
        last = record.evaluations[-1]["metrics"].get(metric) if record.evaluations else None
        table.add_row(
            number,
            Text(record.state.value, style=words.STYLES[record.state]),
            f"{record.epochs:g}",
            words.number(last),
            _value(record),
            str(len(record.attempts)),
            _place(record.attempts[-1], several) if record.state is State.RUNNING and record.attempts else "-",
            words.params(configuration(record)),
        )
    return table


def _place(attempt: Attempt, several: bool) -> str:
    if not attempt.node:
        return "-"
    return f"{attempt.node} (pid {attempt.pid})" if several else str(attempt.pid)


def _value(record: TrialRecord | Best | None) -> str:
    return words.number(None if record is None else record.value)
