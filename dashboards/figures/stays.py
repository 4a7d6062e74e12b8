"""Who was in which slot when."""

from __future__ import annotations

import time
from dataclasses import dataclass

from dashboards.figures.select import running
from hpo.results import TRIED_AGAIN, Attempt, Look, State, TrialRecord

KEPT, STOPPED, WASTED, GOING = "trained to the end", "stopped early", "failed or lost", "runs or will go on"


@dataclass(frozen=True)
class Stay:
    """One stay of a trial in a slot.

    Attributes:
        slot: From 0, as this trial is laid out: a ledger says machines and processes, not slots.
        node: The machine; empty: nobody said.
        begin, end: Unix seconds.
        kind: What came of it: one of `KINDS`.
        why: Of its end, in words; empty: there is nothing to say.
    """

    trial: int
    slot: int
    node: str
    begin: float
    end: float
    kind: str
    why: str = ""

    @property
    def seconds(self) -> float:
        """How long it was."""
        return self.end - self.begin


KINDS = (KEPT, STOPPED, WASTED, GOING)


def stays(look: Look) -> list[Stay]:
    """All stays, in the order in which they began, each in the first slot of its machine that was free."""
    found = sorted((stay for record in look.records for stay in _of(look, record)), key=lambda stay: stay.begin)
    return _laid_out(found)


def idle_s(found: list[Stay], slots: int) -> float:
    """Seconds for which slots stood empty between the first begin and the last end."""
    if not found:
        return 0.0
    span = max(stay.end for stay in found) - min(stay.begin for stay in found)
    return max(0.0, slots * span - sum(stay.seconds for stay in found))


def _of(look: Look, record: TrialRecord) -> list[Stay]:
    now = time.time() if running(look) else max(_last_sign(other) for other in look.records)
    attempts, found = record.attempts, list[Stay]()
    for place, attempt in enumerate(attempts):
        last = place == len(attempts) - 1
        end = attempt.until or (record.ended_at or now if last else attempts[place + 1].at)
        kind, why = _kind(record, attempt, last)
        found.append(Stay(record.number, 0, attempt.node, attempt.at, max(end, attempt.at), kind, why))
    return found


def _kind(record: TrialRecord, attempt: Attempt, last: bool) -> tuple[str, str]:
    """What came of a stay. One that left a checkpoint was worth what came of its trial."""
    if attempt.end in TRIED_AGAIN:
        return WASTED, attempt.end
    if not last and not attempt.end:
        return WASTED, "tried again"
    kinds = {State.COMPLETE: KEPT, State.PRUNED: STOPPED, State.FAILED: WASTED}
    return kinds.get(record.state, GOING), (record.cause or attempt.end) if last else f"{attempt.end}: went on later"


def _last_sign(record: TrialRecord) -> float:
    signs = [record.ended_at or 0.0, record.started_at or 0.0]
    signs += [float(entry["at"]) for entry in record.evaluations[-1:] if "at" in entry]
    return max(signs + [attempt.until or attempt.at for attempt in record.attempts[-1:]])


def _laid_out(found: list[Stay]) -> list[Stay]:
    """Each stay in the lowest slot of its machine that is free, machines one above the other."""
    free: dict[str, list[float]] = {}
    rows: list[tuple[str, int]] = []
    for stay in found:
        ends = free.setdefault(stay.node, [])
        row = next((row for row, end in enumerate(ends) if end <= stay.begin + 1e-3), len(ends))
        ends[row : row + 1] = [stay.end]
        rows.append((stay.node, row))
    before, nodes = 0, dict[str, int]()
    for node in sorted(free):
        nodes[node], before = before, before + len(free[node])
    return [
        Stay(stay.trial, nodes[node] + row, stay.node, stay.begin, stay.end, stay.kind, stay.why)
        for stay, (node, row) in zip(found, rows, strict=True)
    ]
