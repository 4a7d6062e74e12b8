"""The ranking of a sweep as rows for tables: its best trials with the baselines among them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from hpo.collapse import COLLAPSED
from hpo.ledger import State

MOST = 10
MARKS = (COLLAPSED, "front", "violated")  # What of a trial's row is said beside its state.


@dataclass(frozen=True)
class Ranked:
    """One row.

    Attributes:
        place: From 1; None: a baseline.
        trial: Number of the trial; None: a baseline.
        value: Of the sweep's metric.
        epochs: How long it trained; None: a baseline.
        state: The trial's state and what else is to be said of it, or `baseline`.
        params: Its values by dotted name.
        name: Of the baseline; empty: a trial.
        values: Of all that is aimed at or limited, where that is more than the metric.
    """

    place: int | None
    trial: int | None
    value: float
    epochs: float | None = None
    state: str = "baseline"
    params: Mapping[str, Any] = field(default_factory=dict)
    name: str = ""
    values: Mapping[str, float] = field(default_factory=dict)


def ranked_rows(summary: Mapping[str, Any], most: int = MOST) -> list[Ranked]:
    """The best trials: the complete ones first, as when the best is chosen; those that break a limit last.

    Args:
        summary: As `summarize` makes it.
        most: At most so many trials.
    """
    sign = -1 if summary["direction"] == "maximize" else 1
    valued: Sequence[Mapping[str, Any]] = [trial for trial in summary["trials"] if trial["value"] is not None]
    ordered = sorted(
        valued,
        key=lambda t: (bool(t.get("violated")), t["state"] != State.COMPLETE, sign * t["value"], t["number"]),
    )
    waiting, found = baselines(summary), list[Ranked]()
    for place, trial in enumerate(ordered[:most], start=1):
        while waiting and trial["state"] == State.COMPLETE and sign * waiting[0].value < sign * trial["value"]:
            found.append(waiting.pop(0))
        found.append(_row(place, trial))
    return [*found, *waiting]


def baselines(summary: Mapping[str, Any]) -> list[Ranked]:
    """Those that have the sweep's metric, the best first."""
    sign = -1 if summary["direction"] == "maximize" else 1
    metric = summary["metric"]
    found = [
        Ranked(None, None, float(baseline["metrics"][metric]), name=str(baseline["name"]))
        for baseline in summary.get("baselines", [])
        if metric in baseline["metrics"]
    ]
    return sorted(found, key=lambda row: sign * row.value)


def _row(place: int, trial: Mapping[str, Any]) -> Ranked:
    said = [trial["state"], *(mark for mark in MARKS if trial.get(mark))]
    state = ", ".join(said) + (f" ({trial['cause']})" if trial["cause"] else "")
    values = trial.get("values", {})
    return Ranked(place, trial["number"], trial["value"], trial["epochs"], state, trial["params"], values=values)
