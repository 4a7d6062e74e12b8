"""The search itself: what to try next, whether to go on, what is known. It knows neither Ray nor a clock.

Every decision passes through here in one order: write it to the ledger, then act on it. So whatever runs the trials
(Ray Tune, a replay of recorded curves) is told the same, and the ledger is never behind.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import optuna

from hpo.collapse import COLLAPSED, is_collapsed
from hpo.ledger import Cause, Ledger, Outcome, State, TrialRecord
from hpo.ledger.ledger import best_of
from hpo.samplers import Sampler
from hpo.schedulers import Decision, Result, Scheduler


class Observer(Protocol):
    """Whoever wants to know: the tracker, the terminal. Told after the ledger."""

    def started(self, record: TrialRecord) -> None:
        """A trial was proposed and goes to a slot."""

    def evaluated(self, record: TrialRecord) -> None:
        """A trial was evaluated; the last of its evaluations is new."""

    def ended(self, record: TrialRecord) -> None:
        """A trial ended."""


@dataclass(frozen=True)
class Proposal:
    """A configuration to train.

    Attributes:
        number: The trial's number.
        params: Sampled values by dotted name.
    """

    number: int
    params: Mapping[str, Any]


class Search:
    """A running search over one sweep.

    Args:
        metric: Name of the optimized metric among an evaluation's metrics.
        trials: How many trials there may be.
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
        trials: int,
        start: Mapping[str, Any] | None = None,
        trivial: float | None = None,
        observers: Iterable[Observer] = (),
    ) -> None:
        self.ledger = ledger
        self.sampler = sampler
        self.scheduler = scheduler
        self.metric = metric
        self.trials = trials
        self.trivial = trivial
        self.observers = tuple(observers)
        self.records: dict[int, TrialRecord] = {}
        if start is not None:
            ledger.study.enqueue_trial(sampler.space.encode(start))

    @property
    def running(self) -> list[TrialRecord]:
        """Trials that have not ended."""
        return [record for record in self.records.values() if not record.state.ended]

    @property
    def finished(self) -> bool:
        """Whether no further trial will be proposed."""
        return len(self.records) >= self.trials or self.sampler.exhausted(self.ledger.study)

    def propose(self) -> Proposal | None:
        """The next configuration; None when the budget or the grid is used up."""
        if self.finished:
            return None
        trial = self.sampler.ask(self.ledger.study)
        params = self._params(trial)
        self.ledger.start(trial.number, params)
        record = self.ledger.trial(trial.number)
        self.records[trial.number] = record
        for observer in self.observers:
            observer.started(record)
        return Proposal(trial.number, params)

    def evaluated(self, number: int, evaluation: Mapping[str, Any]) -> Decision:
        """Take one evaluation of a trial and decide whether it goes on.

        Args:
            evaluation: `step`, `epoch`, `metrics` by plain name, `last` where the training ends with it, and whatever
                else the training measured.
        """
        record = self.records[number]
        value = float(evaluation["metrics"][self.metric])
        self.ledger.evaluate(number, evaluation, value)
        record.evaluations.append(dict(evaluation))
        values = {int(entry["step"]): float(entry["metrics"][self.metric]) for entry in record.evaluations}
        record.value, record.value_epoch = best_of(values, record.evaluations, self.ledger.maximize)
        for observer in self.observers:
            observer.evaluated(record)
        if not math.isfinite(value):
            reason = f"{self.metric} is {value} after {record.epochs:g} epochs"
            self.ended(number, Outcome(Cause.DIVERGED, reason))
            return Decision.STOP
        last = bool(evaluation["last"])
        result = Result(number, float(evaluation["epoch"]), int(evaluation["step"]), value, last)
        decision = self.scheduler.on_result(result)
        if decision is Decision.STOP:
            self.ended(number, Outcome(Cause.SCHEDULER, self.scheduler.reason(number), _measured(record)))
        return decision

    def ended(self, number: int, outcome: Outcome) -> None:
        """A trial ended: by its length, its own early stopping, a failure, or a decision taken here."""
        record = self.records[number]
        if record.state.ended:
            return
        if outcome.state is State.COMPLETE and record.value is None:
            outcome = Outcome(Cause.ERROR, "the training ended without one evaluation", outcome.facts)
        if is_collapsed(record.value, self.trivial, maximize=self.ledger.maximize):
            outcome.facts[COLLAPSED] = True
        self.ledger.end(number, outcome, record.value)
        record.state, record.cause, record.reason = outcome.state, outcome.cause, outcome.reason
        record.facts = dict(outcome.facts)
        record.ended_at = self.ledger.trial(number).ended_at
        self.scheduler.on_end(number, outcome.state.value)
        for observer in self.observers:
            observer.ended(record)

    def stop(self, cause: Cause, reason: str) -> None:
        """The sweep ends here: nothing is left running."""
        for record in self.running:
            self.ended(record.number, Outcome(cause, reason, _measured(record)))

    def _params(self, trial: optuna.Trial) -> dict[str, Any]:
        return dict(self.sampler.space.decode(trial.params))


def _measured(record: TrialRecord) -> dict[str, Any]:
    """Facts of a trial that was ended from outside, from what its evaluations said."""
    if not record.evaluations:
        return {}
    last = record.evaluations[-1]
    facts = {key: last[key] for key in ("device", "precision", "peak_memory_mib") if key in last}
    return facts | {kind: record.seconds(kind) for kind in ("train_s", "eval_s", "wait_s", "load_s", "save_s")}
