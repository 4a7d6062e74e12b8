"""Carries out what a person asks of a running sweep: from this terminal, or through the ledger from another."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from hpo.budget import Budget
from hpo.enqueue import enqueue
from hpo.judge import measured
from hpo.ledger import BY_SCHEDULER, Cause, Inbox, Kind, Outcome, Request, State
from hpo.search import Search
from hpo.stopping.slot_time import slot_seconds

POLL_S = 1.0


class Steward:
    """The driver's ear. Asked by whatever runs the trials, in the driver's own thread.

    Attributes:
        stopping: Why the sweep is to be left, resumable; empty: it goes on.
        in_trouble: Whether it is left because something is wrong, not because a person wants it.
        endings: How trials that a person ended are to end, when they have left their slots.
    """

    def __init__(self, search: Search, inbox: Inbox, since: float, asked_here: Callable[[], str]) -> None:
        """Nothing was asked yet.

        Args:
            since: When this driver began, Unix seconds; it was not there to be stopped before.
            asked_here: Why the person at this terminal wants to stop; empty: the person does not.
        """
        self.stopping, self.in_trouble = "", False
        self.endings: dict[int, Outcome] = {}
        self._search, self._inbox, self._since, self._asked_here = search, inbox, since, asked_here
        self._polled_at = 0.0

    def tick(self) -> None:
        """Look what is asked; the ledger's inbox at most once a second."""
        self.stop(self._asked_here())
        if self._search.given_up:
            self.stop(self._search.given_up, in_trouble=True)
        for record in self._search.running:
            ending = self._search.stopper.ending(record)
            if ending is not None:
                self.endings.setdefault(record.number, ending)
        now = time.monotonic()
        if now - self._polled_at < POLL_S:
            return
        self._polled_at = now
        for request in self._inbox.waiting():
            answer = self._carry_out(request)
            if answer is not None:
                self._inbox.done(request.id, answer)

    def stop(self, why: str, *, in_trouble: bool = False) -> None:
        """Leave the sweep as soon as its trials have written their checkpoints; the first reason is kept."""
        if why and not self.stopping:
            self.stopping, self.in_trouble = why, in_trouble

    def is_to_leave(self, number: int) -> bool:
        """Whether a trial is to give up its slot."""
        return bool(self.stopping) or number in self.endings

    def left(self, number: int, kept_step: int | None = None) -> None:
        """A trial has done so, with a checkpoint of this step where it says so."""
        outcome = self.endings.pop(number, None)
        if outcome is None:
            why = BY_SCHEDULER if self._search.records[number].held else "left"
            self._search.left(number, why, kept_step)
            if not self.stopping:
                self._search.come_back(number)
            return
        record = self._search.records[number]
        self._search.ended(number, Outcome(outcome.cause, outcome.reason, measured(record)))

    def _carry_out(self, request: Request) -> str | None:
        """What was done; None: not yet, so that the next driver does it if this one is gone."""
        payload = request.payload
        match request.kind:
            case Kind.STOP:
                if request.asked_at < self._since:
                    return "nobody drove the sweep then"
                self.stop("hpo stop")
                return "stopping"
            case Kind.STOP_TRIAL:
                return self._end(int(payload["trial"]))
            case Kind.EXTEND:
                self._note_budget(request.id, lambda budget: self._extend(budget, payload))
                return self._extended()
            case Kind.ENQUEUE:
                space = self._search.sampler.space
                problems = space.contains(payload["params"])
                if problems:
                    return f"refused: {'; '.join(map(str, problems))}"
                parent, warm_from = payload.get("parent"), payload.get("warm_from")
                params = space.encode(payload["params"])
                enqueue(self._search.ledger.study, params, request.id, parent=parent, warm_from=warm_from)
                self._note_budget(request.id, Budget.one_more)
                return "it is next"
        raise ValueError(f"nobody knows how to {request.kind}")

    def _extend(self, budget: Budget, more: Mapping[str, Any]) -> None:
        records = self._search.records.values()
        ended_early = self._search.stopper.stopped is not None
        self._search.stopper.reopen()
        if any(more.get(key) for key in ("trials", "hours", "gpu_hours", "cpu_hours")):
            budget.trials = None if ended_early else budget.trials  # Those that it did without are not made up for.
            budget.extend(len(records), more.get("trials", 0), more.get("hours", 0.0))
        given = {key: more[key] for key in ("gpu_hours", "cpu_hours", "target") if more.get(key) is not None}
        budget.extend_stop(slot_seconds(records, budget.now()), **given)

    def _extended(self) -> str:
        search = self._search
        search.stopper.judge(search.records.values())  # A rule may be met as things stand.
        if search.stopper.stopped is not None:
            return f"the sweep is done all the same: {search.stopper.stopped.reason}"
        stop = str(search.budget.stop)
        return f"the budget is {search.budget}" + (f"; it ends earlier {stop}" if stop else "")

    def _end(self, number: int) -> str | None:
        record = self._search.records.get(number)
        if record is None:
            return f"refused: there is no trial {number} yet"
        outcome = Outcome(Cause.STOPPED_BY_USER, f"hpo stop --trial {number}")
        if record.state is State.RUNNING:
            self.endings[number] = outcome  # It ends after its current step.
            return None
        if not record.state.ended:
            self._search.ended(number, Outcome(outcome.cause, outcome.reason, measured(record)))
        return f"trial {number} has ended ({record.state})"

    def _note_budget(self, request_id: int, change: Callable[[Budget], None]) -> None:
        """Change the budget and write it down; the same request twice, as after a crash between, counts once."""
        ledger, budget = self._search.ledger, self._search.budget
        if ledger.about["budget"].get("request", 0) < request_id:
            change(budget)
            ledger.note("budget", {**budget.to_dict(), "request": request_id})
