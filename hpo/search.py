"""The search itself: what to try next, whether to go on, what is known. It knows neither Ray nor a clock.

Every decision passes through here in one order: write it to the ledger, then act on it. So whatever runs the trials
(Ray Tune, a replay of recorded curves) is told the same, and the ledger is never behind. A search over a ledger that
has trials goes on where the last driver stopped, however that ended.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable, Mapping
from typing import Any

from hpo.aims import Aims
from hpo.budget import Budget
from hpo.collapse import COLLAPSED, is_collapsed
from hpo.enqueue import has_waiting
from hpo.failures import Failure, Patience
from hpo.judge import Judge, completed, measured, never_advanced
from hpo.ledger import BY_SCHEDULER, UNWORKABLE, Attempt, Cause, Ledger, Outcome, State, TrialRecord, Verdict
from hpo.ledger.ledger import best_of
from hpo.lineage import lineage
from hpo.observer import Observer
from hpo.proposal import Proposal
from hpo.samplers import Sampler
from hpo.samplers.explain import STARTING, WHY_ATTR, is_asked_for
from hpo.schedulers import Choice, Decision, Scheduler, Situation
from hpo.stopping.slot_time import last_sign
from hpo.stopping.stopper import Stopper


class Search:
    """A running search over one sweep.

    Args:
        metric: Name of the optimized metric among an evaluation's metrics.
        budget: How many trials there may be, for how long.
        patience: How often a trial that failed is tried again, and how many failures the sweep bears.
        start: The person's own configuration, tried first; None: not tried.
        trivial: What the trivial baseline reaches; a trial that ends no better is marked as collapsed. None: not known.
        aims: All that is optimized, the metric first, and the limits to keep; None: the metric alone.
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
        aims: Aims | None = None,
        observers: Iterable[Observer] = (),
    ) -> None:
        self.ledger = ledger
        self.sampler = sampler
        self.scheduler = scheduler
        self.metric = metric
        self.budget = budget
        self.stopper = Stopper(ledger, budget)
        self.patience = patience
        self.trivial = trivial
        self.aims = aims or Aims.single(metric, ledger.maximize)
        self._judge = Judge(scheduler, self.aims, metric)
        self.observers = tuple(observers)
        self.records: dict[int, TrialRecord] = {}
        self.given_up = ""  # Why the sweep is hopeless; empty while it is not.
        self._failed_before: set[int] = set()  # In the time of earlier drivers.
        self._waiting: deque[int] = deque()  # Paused trials, in the order in which they go on.
        self._told = 0  # How often the scheduler was told something.
        self._chosen: tuple[int, Situation, Choice | None] | None = None  # Its last choice, and what it was made of.
        if start is not None and not ledger.study.get_trials(deepcopy=False):
            ledger.study.enqueue_trial(sampler.space.encode(start), {WHY_ATTR: STARTING})
        self._go_on()

    @property
    def running(self) -> list[TrialRecord]:
        """Trials in a slot, or on their way there."""
        return [record for record in self.records.values() if record.state is State.RUNNING]

    @property
    def paused(self) -> list[TrialRecord]:
        """Trials that the scheduler paused and that have left their slots, the longest paused first."""
        held = [record for record in self.records.values() if record.state is State.PAUSED and record.held]
        return sorted(held, key=lambda record: record.decisions[-1].seq)

    @property
    def finished(self) -> bool:
        """Whether nothing further will be handed out, as things stand.

        A running trial may come back, and what it reports may let the scheduler advance another.
        """
        if self.given_up:
            return True
        return not self._waiting and self._choose() is None

    def next(self) -> Proposal | None:
        """What to train next: a trial that was left, then what the scheduler chooses; None when there is nothing."""
        if self.given_up:
            return None
        if self._waiting:
            return self._resume(self._waiting.popleft())
        choice = self._choose()
        if choice is None:
            return None
        return self.propose() if choice.number is None else self._advance(choice.number, choice)

    def propose(self) -> Proposal | None:
        """The next new configuration, whatever the scheduler would choose; None when budget or grid is used up."""
        if not self._may_propose():
            return None
        record = self._propose(self.ledger.made_unknown())
        proposal = self._hand_out(record, pieces=1)
        for observer in self.observers:
            observer.started(record)
        return proposal

    def conclude(self) -> None:
        """Called when nothing runs: where nothing further will be handed out, what is still paused ends, pruned."""
        if self.finished and not self.given_up and not self.running:
            for record in self.paused:
                self.ended(record.number, never_advanced(record, self.scheduler, self.stopper.stopped, self.budget))

    def placed(self, number: int, node: str, pid: int) -> None:
        """A trial's process said where it is."""
        record = self.records[number]
        record.attempts[-1].node, record.attempts[-1].pid = node, pid
        self.ledger.attempts(number, record.attempts)

    def evaluated(self, number: int, evaluation: Mapping[str, Any]) -> Decision:
        """Take one evaluation of a trial and decide whether it goes on.

        An evaluation that is known, as after going on from an earlier checkpoint, changes nothing. A trial that is to
        pause is to write a checkpoint, give up its slot, and then be `left`.

        Args:
            evaluation: `step`, `epoch`, `metrics` by plain name, `last` where the training ends with it, and whatever
                else the training measured.
        """
        record = self.records[number]
        if record.state.ended:
            return Decision.STOP
        if record.evaluations and int(evaluation["step"]) <= record.steps:
            return Decision.PAUSE if record.held else Decision.CONTINUE
        value = float(evaluation["metrics"][self.metric])
        record.evaluations.append(self.ledger.evaluate(number, evaluation, value))
        if math.isfinite(value):
            record.curve[record.steps] = value
        record.value, record.value_epoch = best_of(record.curve, record.evaluations, self.ledger.maximize)
        record.standing = self.aims.standing(record.evaluations, record.curve, record.facts)
        for observer in self.observers:
            observer.evaluated(record)
        self.stopper.judge(self.records.values())
        return self._act(record, self._verdict(record, record.evaluations[-1]))

    def ended(self, number: int, outcome: Outcome) -> None:
        """A trial ended: by its length, its own early stopping, a failure, or a decision taken here."""
        self._end(number, outcome)
        self.stopper.judge(self.records.values())
        for record in self.records.values():  # Where all is to end now, and these have no slot to leave first.
            ending = self._ending(record) if record.state is State.PAUSED else None
            if ending is not None:
                self._end(record.number, ending)

    def _end(self, number: int, outcome: Outcome) -> None:
        record = self.records[number]
        if record.state.ended:
            return
        if outcome.state is State.COMPLETE and record.value is None:
            outcome = Outcome(Cause.ERROR, "the training ended without one evaluation", outcome.facts)
        if is_collapsed(record.value, self.trivial, maximize=self.ledger.maximize):
            outcome.facts[COLLAPSED] = True
        self.ledger.end(record, outcome)
        record.standing = self.aims.standing(record.evaluations, record.curve, record.facts)
        if number in self._waiting:
            self._waiting.remove(number)
        self._told += 1
        self.scheduler.on_end(number, outcome.state.value, outcome.cause in UNWORKABLE)
        for observer in self.observers:
            observer.ended(record)
        self._judge_failures()

    def failed(self, number: int, failure: Failure) -> None:
        """A trial's stay in its slot ended without a result: it comes back, or ends with the cause."""
        record = self.records[number]
        if record.state is not State.RUNNING:  # It has left before, and its process ends only now.
            return
        outcome = self._ending(record) or self.patience.outcome(failure, record)
        if outcome is None:
            self.left(number, failure.kind.value)
            self.come_back(number)
            return
        self.ended(number, Outcome(outcome.cause, outcome.reason, {**measured(record), **outcome.facts}))

    def left(self, number: int, why: str, kept_step: int | None = None) -> None:
        """A trial gave up its slot, and can go on from its checkpoint. It does so only when it is asked to.

        Args:
            number: The trial's number.
            why: `BY_SCHEDULER` after a pause, `Attempt.end` in any case.
            kept_step: Of the checkpoint that it says it left behind; None: it said nothing.
        """
        record = self.records[number]
        if record.state is not State.RUNNING:
            return
        record.state = State.PAUSED
        record.attempts[-1].end = why
        record.attempts[-1].until = record.attempts[-1].until or self.budget.now()
        record.attempts[-1].kept_step = kept_step
        self.ledger.attempts(number, record.attempts)
        self.ledger.pause(number, True)
        if kept_step is not None:
            self._told += 1
            self.scheduler.on_kept(number, kept_step)
        for observer in self.observers:
            observer.paused(record)

    def come_back(self, number: int) -> None:
        """A trial that left its slot is to go on as soon as there is one, unless the scheduler has paused it."""
        record = self.records[number]
        if record.state is State.PAUSED and not record.held and number not in self._waiting:
            self._waiting.append(number)

    def leave(self, why: str) -> None:
        """The driver goes: what still runs is left as it is, to be resumed."""
        for record in self.running:
            self.left(record.number, why)

    def _may_propose(self) -> bool:
        if self.stopper.stopped is not None or not self.budget.allows(len(self.records)):
            return has_waiting(self.ledger.study)  # A person's wish is on top of the budget.
        return not self.sampler.exhausted(self.ledger.study)

    def _choose(self) -> Choice | None:
        """What a free slot is for, when nothing waits for one. What a person asked for comes before all else."""
        return Choice(None) if has_waiting(self.ledger.study) else self._scheduler_choice()

    def _scheduler_choice(self) -> Choice | None:
        """The scheduler's choice; asked anew when something has changed. When the time is over, nothing goes on."""
        over = self.stopper.stopped is not None or self.budget.out_of_time
        paused = () if over else tuple(record.number for record in self.paused)
        running = tuple(record.number for record in self.running)
        allowed = self.stopper.stopped is None and self.budget.allows(len(self.records))
        may_propose = allowed and not self.sampler.exhausted(self.ledger.study)
        situation = Situation(paused, running, may_propose)
        if self._chosen is None or self._chosen[:2] != (self._told, situation):
            self._chosen = self._told, situation, self.scheduler.choose(situation)
        return self._chosen[2]

    def _propose(self, half_made: int | None) -> TrialRecord:
        study = self.ledger.study
        choice = self._scheduler_choice()
        trial = self.sampler.ask(study) if half_made is None else self.sampler.reopen(study, half_made)
        reason, numbers = self.sampler.explain(study, trial)
        if choice is not None and choice.number is None and not is_asked_for(trial.user_attrs):
            reason, numbers = "; ".join(filter(None, (reason, choice.reason))), {**numbers, **choice.record}
        space = self.sampler.space  # A trial that an earlier driver half made may have a dimension that is gone since.
        params = space.decode({name: value for name, value in trial.params.items() if name in space.names})
        record = self.ledger.start(trial.number, params, reason, numbers)
        self.records[trial.number] = record
        self._told += 1
        self._judge.begin(record)
        return record

    def _advance(self, number: int, choice: Choice) -> Proposal:
        record = self.records[number]
        record.decisions.append(self.ledger.decide(number, Verdict.ADVANCED, choice.reason, choice.record))
        if choice.exploit is not None:
            record.take_over()
            record.value, record.value_epoch = best_of(record.curve, record.evaluations, self.ledger.maximize)
        self._told += 1
        self.scheduler.on_advance(number, choice.exploit)
        return self._resume(number)

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
        course = lineage(self.records, record.number) if record.exploits else ()
        return Proposal(record.number, record.params, len(record.attempts) - 1, pieces, record.warm_from, course)

    def _verdict(self, record: TrialRecord, entry: Mapping[str, Any]) -> Decision | Outcome:
        """What one evaluation means: how the trial ends with it, or what the scheduler decides."""
        self._told += 1
        verdict = self._judge(record, entry)
        sound = isinstance(verdict, Decision) or verdict.cause is Cause.SCHEDULER
        ending = self._ending(record) if sound and not entry["last"] else None
        return verdict if ending is None else ending

    def _act(self, record: TrialRecord, verdict: Decision | Outcome) -> Decision:
        if isinstance(verdict, Outcome):
            self.ended(record.number, verdict)
            return Decision.STOP
        if verdict is Decision.PAUSE:
            reason, numbers = self.scheduler.reason(record.number), self.scheduler.numbers(record.number)
            record.decisions.append(self.ledger.decide(record.number, Verdict.PAUSED, reason, numbers))
        return Decision.PAUSE if record.held else verdict

    def _ending(self, record: TrialRecord) -> Outcome | None:
        """How a trial ends because the sweep is done; None: it goes on."""
        ending = self.stopper.ending(record)
        return None if ending is None else Outcome(ending.cause, ending.reason, measured(record))

    def _judge_failures(self) -> None:
        """Only failures since this driver began count: whoever resumes a sweep that was given up has mended it."""
        failed = [r for r in self.records.values() if r.state is State.FAILED and r.number not in self._failed_before]
        self.given_up = self.patience.hopeless([r for r in failed if r.cause is not Cause.STOPPED_BY_USER])

    def _go_on(self) -> None:
        """Take over what the ledger has: the scheduler sees every result again, in its order."""
        self.ledger.settle(self.metric)
        self.records = {record.number: record for record in self.ledger.trials()}
        self.stopper.judge(self.records.values())  # The last driver may have been gone before it could.
        self._failed_before = {record.number for record in self.records.values() if record.state is State.FAILED}
        undecided = self._judge.retell(self.records.values())
        if undecided is not None:
            self._decide_again(*undecided)
        for number in self.ledger.unproposed():  # Before anything is learnt that the last driver did not know.
            record = self._propose(number)
            for observer in self.observers:
                observer.started(record)
        for record in sorted(self.records.values(), key=lambda r: r.start_seq):
            if not record.state.ended:
                self._take_over(record)

    def _decide_again(self, record: TrialRecord, entry: Mapping[str, Any]) -> None:
        """The last driver may have been gone between the newest evaluation and what it meant."""
        verdict = self._verdict(record, entry)
        if not record.state.ended:
            self._act(record, verdict)

    def _take_over(self, record: TrialRecord) -> None:
        """A trial that a driver left running or paused: end it if that was decided, else let it go on."""
        outcome = self._ending(record)
        last = record.evaluations[-1] if record.evaluations else None
        if outcome is None and last is not None and last["last"]:
            outcome = completed(last, measured(record))
        if outcome is not None:
            self.ended(record.number, outcome)
            return
        if record.state is State.RUNNING:
            if not record.attempts:  # Proposed, and the driver was gone before it was sent to a slot.
                record.attempts.append(Attempt(self.budget.now()))
            record.attempts[-1].until = record.attempts[-1].until or last_sign(record, len(record.attempts) - 1)
            gone = BY_SCHEDULER if record.held else "driver_gone"
            self.left(record.number, record.attempts[-1].end or gone)
        self.come_back(record.number)
