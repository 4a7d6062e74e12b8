"""How a sweep stands, for the tiles at the top of its page."""

from __future__ import annotations

from dataclasses import dataclass

from dashboards.pages.words import number
from hpo.results import Look, State, TrialRecord


@dataclass(frozen=True)
class Part:
    """One state's share of the trials.

    Attributes:
        state: The state.
        count: How many trials are in it.
        start, width: Of its piece of the bar, in percent.
    """

    state: State
    count: int
    start: float
    width: float


@dataclass(frozen=True)
class Glance:
    """The tiles.

    Attributes:
        best: The best trial so far; None: none has a value.
        compared: How it stands against the starting configuration, in words; empty: there is nothing to compare with.
        ended: How many trials have ended.
        total: How many there will be at most; None: no such limit.
        fraction: Of the budget that is used up, 0 to 1; None: it has no end that can be told.
        parts: Trials by state.
        busy: Slots in which a trial is.
        slots: All slots.
        spent_s: Seconds that the sweep ran.
        again: How many of the best are being trained again under fresh seeds.
        eta_s: Seconds that it will still take, as far as can be told.
        ends: Why it is done, or what else ends it; empty: nothing to say.
    """

    best: TrialRecord | None
    compared: str
    ended: int
    total: int | None
    fraction: float | None
    parts: tuple[Part, ...]
    busy: int
    slots: int
    spent_s: float
    eta_s: float | None
    again: int
    ends: str


def glance(look: Look, eta_s: float | None = None) -> Glance:
    """What the tiles say.

    Args:
        look: The sweep.
        eta_s: Seconds that it will still take; None: nobody can tell.
    """
    status, records = look.status, look.records
    ended = sum(record.state.ended for record in records)
    total, stopped = status.budget.trials, status.stopped
    rule = str(status.budget.stop)
    return Glance(
        best=status.best,
        compared=_compared(look),
        ended=ended,
        total=total,
        fraction=progress(ended, total, status.spent_s, status.budget.hours),
        parts=_parts(look),
        busy=look.busy,
        slots=look.slots or 1,
        spent_s=status.spent_s,
        eta_s=eta_s if status.goes_on and eta_s else None,  # 0: what comes after the search cannot be told.
        again=sum(not record.state.ended for record in look.confirming) if status.goes_on else 0,
        ends=stopped.reason if stopped is not None else (f"ends earlier: {rule}" if rule else ""),
    )


def progress(ended: int, total: int | None, spent_s: float, hours: float | None) -> float | None:
    """How much of a budget is used up, 0 to 1; of several limits, the one that is nearer. None: there is no limit."""
    shares = [ended / total] if total else []
    shares += [spent_s / 3600 / hours] if hours else []
    return min(1.0, max(shares)) if shares else None


def _parts(look: Look) -> tuple[Part, ...]:
    counts, every = look.status.counts, max(1, len(look.records))
    found, start = [], 0.0
    for state in State:
        count = counts.get(state, 0)
        if count:
            width = 100 * count / every
            found.append(Part(state, count, round(start, 3), round(width, 3)))
            start += width
    return tuple(found)


def _compared(look: Look) -> str:
    best = look.status.best
    if best is None or best.value is None or not look.about.get("start_first") or not look.records:
        return ""
    start = look.records[0]
    if start.value is None or start.number == best.number:
        return "the starting configuration" if start.number == best.number else ""
    return f"{best.value - start.value:+.3g} against the starting configuration ({number(start.value)})"
