"""A trial's log: all that the ledger has of it, one line an event, in the order of time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dashboards.pages.words import moment, number, seconds
from hpo.results import Moment, TrialRecord

MOST_LINES = 400  # Shown; of a longer log, the newest.
AFTER = "    "


def log_lines(record: TrialRecord, story: list[Moment]) -> list[str]:
    """The log of a trial.

    Args:
        record: The trial.
        story: What was decided about it.
    """
    events = [*_decisions(story), *_stays(record), *_evaluations(record)]
    told = [f"{moment(at)}  {text}" for at, _, text in sorted(events, key=lambda event: event[:2])]
    if len(told) <= MOST_LINES:
        return told
    return [f"… {number(len(told) - MOST_LINES)} earlier lines are left out", *told[-MOST_LINES:]]


def _decisions(story: list[Moment]) -> Iterator[tuple[float, int, str]]:
    for one in story:
        reason = one.reason.replace("\n", f"\n{AFTER}")
        yield one.at, 0 if one.what == "proposed" else 3, f"{one.what}: {reason}"


def _stays(record: TrialRecord) -> Iterator[tuple[float, int, str]]:
    for number_of, stay in enumerate(record.attempts, 1):
        where = f" on {stay.node}, process {stay.pid}" if stay.node else ""
        pieces = f", each batch in {stay.pieces} pieces" if stay.pieces > 1 else ""
        yield stay.at, 1, f"stay {number_of} in a slot{where}{pieces}"
        if stay.end and stay.until is not None:
            kept = f", checkpoint of step {stay.kept_step} kept" if stay.kept_step is not None else ""
            yield stay.until, 2, f"stay {number_of} ended: {stay.end}{kept}"


def _evaluations(record: TrialRecord) -> Iterator[tuple[float, int, str]]:
    for entry in record.evaluations:
        metrics = " ".join(f"{name}={number(value)}" for name, value in entry["metrics"].items())
        yield float(entry.get("at", 0.0)), 2, f"epoch {entry['epoch']:g}, step {entry['step']}: {metrics}{_rest(entry)}"


def _rest(entry: dict[str, Any]) -> str:
    told = ""
    if entry.get("train_loss") is not None:
        told += f" train_loss={number(entry['train_loss'])}"
    if entry.get("train_s") is not None:
        told += f", trained {seconds(entry['train_s'])}"
    if entry.get("eval_s") is not None:
        told += f", evaluated {seconds(entry['eval_s'])}"
    return told + (", the best of this trial so far" if entry.get("improved") else "")
