"""What an unkilled search does with the results that a ledger holds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from hpo.budget import Budget
from hpo.failures import Patience
from hpo.ledger import BY_SCHEDULER, Decided, Ledger, Outcome, State, TrialRecord, Verdict, ledger_url
from hpo.samplers import Sampler
from hpo.schedulers import Decision, Scheduler
from hpo.search import Search

Event = tuple[int, str, TrialRecord, Mapping[str, Any]]


def events(ledger: Ledger) -> list[Event]:
    """Everything that happened in a sweep, in its order."""

    def of(record: TrialRecord) -> Iterator[Event]:
        yield record.start_seq, "start", record, {}
        for entry in record.evaluations:
            yield int(entry["seq"]), "evaluation", record, entry
        for decided in record.decisions:
            if decided.verdict in (Verdict.PAUSED, Verdict.ADVANCED):
                yield decided.seq, decided.verdict.value, record, {}
        if record.end_seq is not None:
            yield record.end_seq, "end", record, {}

    found = sorted((event for record in ledger.trials() for event in of(record)), key=lambda event: event[0])
    numbers = [event[0] for event in found]
    assert len(numbers) == len(set(numbers)), "two events have one number"
    return found


def check_by_replay(
    ledger: Ledger, folder: Path, sampler: Sampler, scheduler: Scheduler, metric: str, start: Mapping[str, Any] | None
) -> int:
    """Feed a fresh search the ledger's results, and compare each proposal and each decision. Returns how many."""
    fresh = Ledger.create(ledger_url(folder), "replayed", maximize=ledger.maximize, about={})
    budget = Budget(len(ledger.trials()))
    search = Search(fresh, sampler, scheduler, metric=metric, budget=budget, patience=Patience(0), start=start)
    compared = 0
    for _, kind, record, entry in events(ledger):
        if kind in ("start", "advanced"):
            proposal = search.next()
            assert proposal is not None
            assert (proposal.number, dict(proposal.params)) == (record.number, record.params)
        elif kind == "paused":
            search.left(record.number, BY_SCHEDULER)
            assert search.records[record.number].state is State.PAUSED
        elif kind == "evaluation":
            decision = search.evaluated(record.number, entry)
            paused_here = any(d.verdict is Verdict.PAUSED and d.seq == entry["seq"] + 1 for d in record.decisions)
            stopped_here = entry is record.evaluations[-1] and record.state is State.PRUNED and not paused_here
            expected = Decision.PAUSE if paused_here else Decision.STOP if stopped_here else Decision.CONTINUE
            assert decision is expected, (record.number, entry["step"])
        elif search.records[record.number].state is State.PAUSED:
            search.conclude()
            assert search.records[record.number].reason == record.reason
        elif not search.records[record.number].state.ended:
            search.ended(record.number, Outcome(record.cause, record.reason, dict(record.facts)))
        else:
            ended = search.records[record.number]
            assert (ended.state, ended.cause, ended.reason) == (record.state, record.cause, record.reason)
        compared += 1
    for record in ledger.trials():
        assert _said(record.decisions) == _said(search.records[record.number].decisions)
    return compared


def _said(decisions: list[Decided]) -> list[tuple[str, str, dict[str, Any]]]:
    return [(decided.verdict.value, decided.reason, dict(decided.numbers)) for decided in decisions]
