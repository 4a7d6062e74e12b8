"""Why things happened in a sweep: its decisions, each with what its trial had reached by then."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from hpo.errors import InputError
from hpo.ledger import Decided, Ledger, TrialRecord, Verdict

WHOLE = "trained to its full length"
NOT_KEPT = "the reason was not kept when this was written"


@dataclass(frozen=True)
class Moment:
    """One decision, or the end of a trial that came by itself.

    Attributes:
        trial: The trial's number.
        what: `proposed`, `paused`, `advanced`, `stopped`, else the state in which the trial ended.
        at: When, Unix seconds.
        epochs: How long it had trained, in epochs.
        steps: The same in optimizer steps.
        value: The metric at its newest evaluation then; None: there was none.
        reason: Why, in words, with the numbers of that moment.
        numbers: The numbers alone; JSON values.
    """

    trial: int
    what: str
    at: float
    epochs: float
    steps: int
    value: float | None
    reason: str
    numbers: Mapping[str, Any]

    def to_dict(self) -> dict[str, Any]:
        """JSON-able."""
        return asdict(self)


def story_of(ledger: Ledger, trial: int | None = None) -> list[Moment]:
    """The decisions of a sweep, or of one trial, in the order in which they were taken.

    Args:
        ledger: Of the sweep.
        trial: The trial's number; None: all of them.

    Raises:
        InputError: There is no such trial.
    """
    return story(ledger.name, str(ledger.about["metric"]), ledger.trials(), trial)


def story(sweep: str, metric: str, trials: Sequence[TrialRecord], trial: int | None = None) -> list[Moment]:
    """The same, from what was read before."""
    records = {record.number: record for record in trials}
    if trial is not None and trial not in records:
        rule = f"must be a trial of {sweep}, 0 to {max(records)}" if records else "there are no trials yet"
        raise InputError.one("--trial", f"{rule}, got {trial}")
    chosen: Iterable[TrialRecord] = records.values() if trial is None else [records[trial]]
    told = [(decided.seq, moment) for record in chosen for decided, moment in _moments(record, metric)]
    return [moment for _, moment in sorted(told, key=lambda pair: pair[0])]


def _moments(record: TrialRecord, metric: str) -> list[tuple[Decided, Moment]]:
    found = [(decided, _moment(record, decided, decided.verdict.value, metric)) for decided in record.decisions]
    stopped = any(decided.verdict is Verdict.STOPPED for decided in record.decisions)
    if record.state.ended and not stopped and record.end_seq is not None:
        end = Decided(Verdict.STOPPED, record.reason or WHOLE, {}, record.end_seq, record.ended_at or 0.0)
        found.append((end, _moment(record, end, record.state.value, metric)))
    return found


def _moment(record: TrialRecord, decided: Decided, what: str, metric: str) -> Moment:
    before = [entry for entry in record.evaluations if int(entry["seq"]) < decided.seq]
    last = before[-1] if before else None
    return Moment(
        record.number,
        what,
        decided.at,
        float(last["epoch"]) if last else 0.0,
        int(last["step"]) if last else 0,
        float(last["metrics"][metric]) if last else None,
        decided.reason or NOT_KEPT,
        decided.numbers,
    )
