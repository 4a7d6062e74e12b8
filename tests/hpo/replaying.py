"""What an unkilled search does with the results that a ledger holds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from hpo.budget import Budget
from hpo.failures import Patience
from hpo.ledger import Ledger, Outcome, State, TrialRecord, ledger_url
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
    search = Search(
        fresh, sampler, scheduler, metric=metric, budget=Budget(None), patience=Patience(0), start=start, observers=()
    )
    compared = 0
    for _, kind, record, entry in events(ledger):
        if kind == "start":
            proposal = search.propose()
            assert proposal is not None
            assert (proposal.number, dict(proposal.params)) == (record.number, record.params)
        elif kind == "evaluation":
            decision = search.evaluated(record.number, entry)
            stopped_here = record.state.ended and entry is record.evaluations[-1] and record.state is State.PRUNED
            assert (decision is Decision.STOP) == stopped_here, (record.number, entry["step"])
        elif not search.records[record.number].state.ended:
            search.ended(record.number, Outcome(record.cause, record.reason, dict(record.facts)))
        else:
            ended = search.records[record.number]
            assert (ended.state, ended.cause, ended.reason) == (record.state, record.cause, record.reason)
        compared += 1
    return compared
