"""The search itself: what to try next, whether to go on, what is known. It knows neither Ray nor a clock.

Every decision passes through here in one order: write it to the ledger, then act on it. So whatever runs the trials
(Ray Tune, a replay of recorded curves) is told the same, and the ledger is never behind. A search over a ledger that
has trials goes on where the last driver stopped, however that ended.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from hpo.budget import Budget
from hpo.collapse import COLLAPSED, is_collapsed
from hpo.enqueue import has_waiting
from hpo.failures import Failure, Patience
from hpo.ledger import Attempt, Cause, Ledger, Outcome, State, TrialRecord
from hpo.ledger.ledger import best_of
from hpo.samplers import Sampler
from hpo.schedulers import Decision, Result, Scheduler


class Observer(Protocol):
    """Whoever wants to know: the tracker, the terminal. Told after the ledger."""

    def started(self, record: TrialRecord) -> None:
        """A trial was proposed and goes to a slot."""

    def evaluated(self, record: TrialRecord) -> None:
        """A trial was evaluated; the last of its evaluations is new."""

    def paused(self, record: TrialRecord) -> None:
        """A trial left its slot and will go on."""

    def resumed(self, record: TrialRecord) -> None:
        """A trial goes on in a slot."""

    def ended(self, record: TrialRecord) -> None:
        """A trial ended."""


@dataclass(frozen=True)
class Proposal:
    """A configuration to train, or to go on training.

    Attributes:
        number: The trial's number.
        params: Sampled values by dotted name.
        attempt: How many times it was in a slot before; from the second on, its checkpoint is gone on from.
        pieces: Into how many pieces each batch is divided from the start.
        warm_from: Folder of the weights that it begins with; None: those of its model.
    """

    number: int
    params: Mapping[str, Any]
    attempt: int = 0
    pieces: int = 1
    warm_from: str | None = None


class Search:
    """A running search over one sweep.

    Args:
        metric: Name of the optimized metric among an evaluation's metrics.
        budget: How many trials there may be, for how long.
        patience: How often a trial that failed is tried again, and how many failures the sweep bears.
        start: The person's own configuration, tried first; None: not tried.
        trivial: What the trivial baseline reaches; a trial that ends no better is marked as collapsed. None: not known.
    """

    def __init__(
        self,
        ledger: Ledger,
        sampler: Sampler,
        scheduler: Scheduler,
        *,
        metric: str,
        budget: Budget,
        patience: Patience,
        start: Mapping[str, Any] | None = None,
        trivial: float | None = None,
        observers: Iterable[Observer] = (),
    ) -> None:
        self.ledger = ledger
        self.sampler = sampler
        self.scheduler = scheduler
        self.metric = metric
        self.budget = budget
        self.patience = patience
        self.trivial = trivial
        self.observers = tuple(observers)
        self.records: dict[int, TrialRecord] = {}
        self.given_up = ""  # Why the sweep is hopeless; empty while it is not.
        self._failed_before: set[int] = set()  # In the time of earlier drivers.
        self._waiting: deque[int] = deque()  # Paused trials, in the order in which they go on.
        if start is not None and not ledger.study.get_trials(deepcopy=False):
            ledger.study.enqueue_trial(sampler.space.encode(start))
        self._go_on()

    @property
    def running(self) -> list[TrialRecord]:
        """Trials in a slot, or on their way there."""
        return [record for record in self.records.values() if record.state is State.RUNNING]

    @property
    def finished(self) -> bool:
        """Whether nothing further will be handed out, as things stand: a running trial may come back."""
        if self.given_up:
            return True
        return not self._waiting and not self._may_propose()

    def next(self) -> Proposal | None:
        """What to train next: a trial that was left, before a new configuration; None when there is nothing."""
        if self.given_up:
            return None
        return self._resume(self._waiting.popleft()) if self._waiting else self.propose()

    def propose(self) -> Proposal | None:
        """The next new configuration; None when the budget or the grid is used up."""
        if not self._may_propose():
            return None
        record = self._propose(self.ledger.made_unknown())
        proposal = self._hand_out(record, pieces=1)
        for observer in self.observers:
            observer.started(record)
        return proposal

    def placed(self, number: int, node: str, pid: int) -> None:
        """A trial's process said where it is."""
        record = self.records[number]
        record.attempts[-1].node, record.attempts[-1].pid = node, pid
        self.ledger.attempts(number, record.attempts)

    def evaluated(self, number: int, evaluation: Mapping[str, Any]) -> Decision:
        """Take one evaluation of a trial and decide whether it goes on.

        An evaluation that is known, as after going on from an earlier checkpoint, changes nothing.

        Args:
            evaluation: `step`, `epoch`, `metrics` by plain name, `last` where the training ends with it, and whatever
                else the training measured.
        """
        record = self.records[number]
        if record.state.ended:
            return Decision.STOP
        if record.evaluations and int(evaluation["step"]) <= record.steps:
            return Decision.CONTINUE
        value = float(evaluation["metrics"][self.metric])
        record.evaluations.append(self.ledger.evaluate(number, evaluation, value))
        if math.isfinite(value):
            record.curve[record.steps] = value
        record.value, record.value_epoch = best_of(record.curve, record.evaluations, self.ledger.maximize)
        for observer in self.observers:
            observer.evaluated(record)
        return self._act(record, self._judge(record, record.evaluations[-1]))

    def ended(self, number: int, outcome: Outcome) -> None:
        """A trial ended: by its length, its own early stopping, a failure, or a decision taken here."""
        record = self.records[number]
        if record.state.ended:
            return
        if outcome.state is State.COMPLETE and record.value is None:
            outcome = Outcome(Cause.ERROR, "the training ended without one evaluation", outcome.facts)
        if is_collapsed(record.value, self.trivial, maximize=self.ledger.maximize):
            outcome.facts[COLLAPSED] = True
        self.ledger.end(record, outcome)
        if number in self._waiting:
            self._waiting.remove(number)
        self.scheduler.on_end(number, outcome.state.value)
        for observer in self.observers:
            observer.ended(record)
        self._judge_failures()

    def failed(self, number: int, failure: Failure) -> None:
        """A trial's stay in its slot ended without a result: it comes back, or ends with the cause."""
        record = self.records[number]
        if record.state is not State.RUNNING:  # It has left before, and its process ends only now.
            return
        outcome = self.patience.outcome(failure, record)
        if outcome is None:
            self.left(number, failure.kind.value)
            self.come_back(number)
            return
        self.ended(number, Outcome(outcome.cause, outcome.reason, {**measured(record), **outcome.facts}))

    def left(self, number: int, why: str) -> None:
        """A trial gave up its slot, and can go on from its checkpoint. It does so only when it is asked to."""
        record = self.records[number]
        if record.state is not State.RUNNING:
            return
        record.state = State.PAUSED
        record.attempts[-1].end = why
        self.ledger.attempts(number, record.attempts)
        self.ledger.pause(number, True)
        for observer in self.observers:
            observer.paused(record)

    def come_back(self, number: int) -> None:
        """A trial that left its slot is to go on as soon as there is one."""
        if self.records[number].state is State.PAUSED and number not in self._waiting:
            self._waiting.append(number)

    def leave(self, why: str) -> None:
        """The driver goes: what still runs is left as it is, to be resumed."""
        for record in self.running:
            self.left(record.number, why)

    def _may_propose(self) -> bool:
        if not self.budget.allows(len(self.records)):
            return has_waiting(self.ledger.study)  # A person's wish is on top of the budget.
        return not self.sampler.exhausted(self.ledger.study)

    def _propose(self, half_made: int | None) -> TrialRecord:
        study = self.ledger.study
        trial = self.sampler.ask(study) if half_made is None else self.sampler.reopen(study, half_made)
        record = self.ledger.start(trial.number, self.sampler.space.decode(trial.params))
        self.records[trial.number] = record
        return record

    def _resume(self, number: int) -> Proposal:
        record = self.records[number]
        record.state = State.RUNNING
        pieces = self.patience.pieces(record)
        proposal = self._hand_out(record, pieces)
        self.ledger.pause(number, False)
        for observer in self.observers:
            observer.resumed(record)
        return proposal

    def _hand_out(self, record: TrialRecord, pieces: int) -> Proposal:
        record.attempts.append(Attempt(self.budget.now(), pieces))
        if len(record.attempts) > 1:  # The first is written when it has its place.
            self.ledger.attempts(record.number, record.attempts)
        return Proposal(record.number, record.params, len(record.attempts) - 1, pieces, record.warm_from)

    def _judge(self, record: TrialRecord, entry: Mapping[str, Any]) -> Decision | Outcome:
        """What one evaluation means: how the trial ends with it, or what the scheduler decides."""
        value, epoch = float(entry["metrics"][self.metric]), float(entry["epoch"])
        if not math.isfinite(value):
            return Outcome(Cause.DIVERGED, f"{self.metric} is {value} after {epoch:g} epochs", measured(record))
        result = Result(record.number, epoch, int(entry["step"]), value, bool(entry["last"]))
        decision = self.scheduler.on_result(result)
        if decision is Decision.STOP:
            return Outcome(Cause.SCHEDULER, self.scheduler.reason(record.number), measured(record))
        return decision

    def _act(self, record: TrialRecord, verdict: Decision | Outcome) -> Decision:
        if isinstance(verdict, Outcome):
            self.ended(record.number, verdict)
            return Decision.STOP
        return verdict

    def _judge_failures(self) -> None:
        """Only failures since this driver began count: whoever resumes a sweep that was given up has mended it."""
        failed = [r for r in self.records.values() if r.state is State.FAILED and r.number not in self._failed_before]
        self.given_up = self.patience.hopeless([r for r in failed if r.cause is not Cause.STOPPED_BY_USER])

    def _go_on(self) -> None:
        """Take over what the ledger has: the scheduler sees every result again, in its order."""
        self.ledger.settle(self.metric)
        self.records = {record.number: record for record in self.ledger.trials()}
        self._failed_before = {record.number for record in self.records.values() if record.state is State.FAILED}
        verdicts = self._replay()
        for number in self.ledger.unproposed():  # Before anything is learnt that the last driver did not know.
            record = self._propose(number)
            for observer in self.observers:
                observer.started(record)
        for record in sorted(self.records.values(), key=lambda r: r.start_seq):
            if not record.state.ended:
                self._take_over(record, verdicts.get(record.number, Decision.CONTINUE))

    def _replay(self) -> dict[int, Decision | Outcome]:
        """Tell the scheduler everything again; returns the verdict on each trial's last evaluation."""
        events: list[tuple[int, TrialRecord, Mapping[str, Any] | None]] = []
        for record in self.records.values():
            events += [(int(entry["seq"]), record, entry) for entry in record.evaluations]
            if record.end_seq is not None:
                events.append((record.end_seq, record, None))
        verdicts: dict[int, Decision | Outcome] = {}
        for _, record, entry in sorted(events, key=lambda event: event[0]):
            if entry is None:
                self.scheduler.on_end(record.number, record.state.value)
            else:
                verdicts[record.number] = self._judge(record, entry)
        return verdicts

    def _take_over(self, record: TrialRecord, verdict: Decision | Outcome) -> None:
        """A trial that a driver left running or paused: end it if that was decided, else let it go on."""
        if isinstance(verdict, Outcome):
            self.ended(record.number, verdict)
            return
        last = record.evaluations[-1] if record.evaluations else None
        if last is not None and last["last"]:
            self.ended(record.number, completed(last, measured(record)))
            return
        if record.state is State.RUNNING:
            if not record.attempts:  # Proposed, and the driver was gone before it was sent to a slot.
                record.attempts.append(Attempt(self.budget.now()))
            self.left(record.number, record.attempts[-1].end or "driver_gone")
        self._waiting.append(record.number)


def completed(last: Mapping[str, Any], facts: dict[str, Any]) -> Outcome:
    """How a training ended that ran to its end, from its last evaluation."""
    if last.get("stopped_early"):
        return Outcome(Cause.EARLY_STOP, "no improvement for train.early_stopping_patience evaluations", facts)
    return Outcome(None, "", facts)


def measured(record: TrialRecord) -> dict[str, Any]:
    """Facts of a trial that was ended from outside, from what its evaluations said."""
    if not record.evaluations:
        return {}
    last = record.evaluations[-1]
    kept = ("device", "precision", "peak_memory_mib", "micro_batch_size")
    facts = {key: last[key] for key in kept if key in last}
    return facts | {kind: record.seconds(kind) for kind in ("train_s", "eval_s", "wait_s", "load_s", "save_s")}
