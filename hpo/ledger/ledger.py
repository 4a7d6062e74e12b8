"""One sweep's part of the ledger. The driver writes it; anyone may read it."""

from __future__ import annotations

import itertools
import math
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import asdict
from typing import Any

import optuna
from optuna.exceptions import DuplicatedStudyError, UpdateFinishedTrialError
from optuna.study import StudyDirection
from optuna.trial import FrozenTrial, TrialState

from hpo.aims import Aims, Standing
from hpo.errors import InputError, LedgerError, UnknownSweepError
from hpo.ledger.decided import Decided, Verdict, decisions_in, written
from hpo.ledger.names import BEGUN, PART_OF, sweep_names
from hpo.ledger.record import PAUSED, Attempt, Cause, Outcome, State, TrialRecord
from hpo.ledger.storage import PatientStorage, open_storage, url_of

SCHEMA_VERSION = 2
READABLE = (1, 2)  # Of version 1, everything but the order of events is there: enough to look at, not to go on with.
_EVALUATION = "evaluation:"


class Ledger:
    """A sweep in the ledger: an Optuna study whose attributes carry what Optuna has no place for.

    Everything that happens gets a number, `seq`, in the order in which it was written: a start, an evaluation, a pause,
    an advance, an end.
    """

    def __init__(self, storage: PatientStorage, name: str) -> None:
        self.study = optuna.load_study(study_name=name, storage=storage)
        self._storage = storage
        self._outages_seen = 0
        self._ids: dict[int, int] = {}  # Optuna's id of each trial, by its number.
        self._study_id = storage.get_study_id_from_name(name)
        self.version = int(self.study.user_attrs.get(BEGUN, 0))
        if self.version not in READABLE:
            known = " and ".join(map(str, READABLE))
            raise LedgerError(f"sweep {name!r} has ledger schema {self.version}; this version reads {known}")
        self._seq = itertools.count(1 + max((seq for record in self.trials() for seq in _seqs(record)), default=0))

    @classmethod
    def create(cls, url: str, name: str, *, maximize: bool, about: Mapping[str, Any]) -> Ledger:
        """Begin a sweep.

        Args:
            about: What decides the sweep's future and its record: config, space, metric; JSON values.

        Raises:
            InputError: When the name is taken.
        """
        return cls._begin(open_storage(url), name, maximize=maximize, about=about)

    @classmethod
    def _begin(cls, storage: PatientStorage, name: str, *, maximize: bool, about: Mapping[str, Any]) -> Ledger:
        direction = StudyDirection.MAXIMIZE if maximize else StudyDirection.MINIMIZE
        try:
            study = optuna.create_study(study_name=name, storage=storage, direction=direction)
        except DuplicatedStudyError as error:
            if BEGUN in optuna.load_study(study_name=name, storage=storage).user_attrs:
                where = url_of(storage.url)
                raise InputError.one("sweep.name", f"{name!r} is taken in {where}", "take another name") from error
            optuna.delete_study(study_name=name, storage=storage)  # Whoever made it was killed before it was begun.
            study = optuna.create_study(study_name=name, storage=storage, direction=direction)
        for key, value in about.items():
            study.set_user_attr(key, value)
        study.set_user_attr(BEGUN, SCHEMA_VERSION)  # Last: without it, the sweep was never begun.
        return cls(storage, name)

    @classmethod
    def open(cls, url: str, name: str) -> Ledger:
        """A sweep that is in the ledger.

        Raises:
            UnknownSweepError: When it is not.
        """
        names = sweep_names(url)
        if name not in names:
            raise UnknownSweepError(name, names, url_of(url))
        return cls(open_storage(url), name)

    def close(self) -> None:
        """Give its connections back at once: whoever opens ledgers again and again would use up the database's."""
        self._storage.remove_session()
        self._storage.engine.dispose()

    def part(self, part: str) -> Ledger | None:
        """The record of what belongs to the sweep but is no part of its search; None: there is none."""
        name = f"{self.name}/{part}"
        try:
            whole = BEGUN in optuna.load_study(study_name=name, storage=self._storage).user_attrs
        except KeyError:
            return None
        return type(self)(self._storage, name) if whole else None

    def begin_part(self, part: str, about: Mapping[str, Any]) -> Ledger:
        """Begin such a record, of which `part` knew nothing."""
        whole = {PART_OF: self.name, **about}
        return self._begin(self._storage, f"{self.name}/{part}", maximize=self.maximize, about=whole)

    @property
    def name(self) -> str:
        """The sweep's name."""
        return str(self.study.study_name)

    @property
    def sweep(self) -> str:
        """The name of the sweep that this is, or is a part of."""
        return str(self.about.get(PART_OF, self.name))

    @property
    def about(self) -> dict[str, Any]:
        """What `create` was given, and what `note` added."""
        return dict(self.study.user_attrs)

    @property
    def maximize(self) -> bool:
        """Whether more of the metric is better."""
        return self.study.direction is StudyDirection.MAXIMIZE

    def note(self, key: str, value: Any) -> None:
        """Write a fact about the sweep; JSON value."""
        self.study.set_user_attr(key, value)

    def start(
        self, number: int, params: Mapping[str, Any], reason: str = "", numbers: Mapping[str, Any] | None = None
    ) -> TrialRecord:
        """Write what a proposed trial will be trained with, before it is.

        Args:
            number: The trial's number.
            params: Sampled values by dotted name.
            reason: Why it was proposed.
            numbers: The numbers of that; JSON values.
        """
        why = {"reason": reason, "numbers": dict(numbers or {})}
        self._set(number, "start", {"params": dict(params), **why, **self._event()})
        return record_from(self._storage.get_trial(self._id(number)), {}, self.maximize)

    def attempts(self, number: int, attempts: Iterable[Attempt]) -> None:
        """Write a trial's stays in slots."""
        self._set(number, "attempts", [asdict(attempt) for attempt in attempts])

    def pause(self, number: int, paused: bool) -> None:
        """Write that a trial left its slot and will go on, or that it goes on."""
        self._set(number, PAUSED, paused)

    def decide(self, number: int, verdict: Verdict, reason: str, numbers: Mapping[str, Any]) -> Decided:
        """Write that a trial is paused or advanced, before it is. Returns what is written."""
        decided = Decided(verdict, reason, dict(numbers), **self._event())
        self._set(number, *written(decided))
        return decided

    def evaluate(self, number: int, evaluation: Mapping[str, Any], value: float) -> dict[str, Any]:
        """Write one evaluation of a running trial. A value that is not finite is kept out of Optuna's curve.

        Returns:
            The evaluation as it is written: with `at` and `seq`.
        """
        step, whole = int(evaluation["step"]), {**evaluation, **self._event()}
        self._set(number, f"{_EVALUATION}{step:09d}", whole)
        self._curve(number, step, value)
        return whole

    def end(self, record: TrialRecord, outcome: Outcome) -> None:
        """Write how a trial ended, in the record too, and tell the study the same state."""
        event = self._event()
        told = {"cause": outcome.cause and outcome.cause.value, "reason": outcome.reason, "facts": outcome.facts}
        told |= {"numbers": outcome.numbers} if outcome.numbers else {}
        value = record.value if outcome.state is State.COMPLETE else _last(record.curve)
        self._set(record.number, "outcome", {**told, "value": value, **event})
        self._tell(record.number, outcome.state, value)
        record.state, record.cause, record.reason = outcome.state, outcome.cause, outcome.reason
        record.facts, record.ended_at, record.end_seq = dict(outcome.facts), event["at"], event["seq"]
        if outcome.cause is Cause.SCHEDULER:
            record.decisions.append(Decided(Verdict.STOPPED, outcome.reason, dict(outcome.numbers), **event))

    def settle(self, metric: str) -> None:
        """Finish what a killed driver left half done: what was written, but not yet told to the study.

        Args:
            metric: Name of the optimized metric.
        """
        for trial in self.study.get_trials(deepcopy=False, states=(TrialState.RUNNING,)):
            for entry in _evaluations(trial):
                if int(entry["step"]) not in trial.intermediate_values:
                    self._curve(trial.number, int(entry["step"]), float(entry["metrics"][metric]))
            outcome = trial.user_attrs.get("outcome")
            if outcome is not None:
                self._tell(trial.number, _outcome(outcome).state, outcome["value"])

    def unproposed(self) -> list[int]:
        """Trials that were made, but whose parameters a killed driver had not yet written."""
        running = self.study.get_trials(deepcopy=False, states=(TrialState.RUNNING,))
        return [trial.number for trial in running if "start" not in trial.user_attrs]

    def made_unknown(self) -> int | None:
        """A trial that was made while the connection broke, so that its maker never heard of it; None: none."""
        if self._storage.outages == self._outages_seen:
            return None
        found = self.unproposed()
        if not found:
            self._outages_seen = self._storage.outages
        return found[0] if found else None

    def set_run_id(self, number: int, run_id: str) -> None:
        """Write which MLflow run belongs to a trial; possible after its end too, since nothing is decided by it."""
        self.study.set_user_attr(f"mlflow_run_id:{number}", run_id)

    def trials(self) -> list[TrialRecord]:
        """Every trial that was proposed, in the order of its number."""
        attributes, trials = self.study.user_attrs, self.study.get_trials(deepcopy=False)
        aims = Aims.of(attributes, self.maximize)
        return [record_from(trial, attributes, self.maximize, aims) for trial in trials if is_proposed(trial)]

    def trial(self, number: int) -> TrialRecord:
        """One trial."""
        attributes = self.study.user_attrs
        aims = Aims.of(attributes, self.maximize)
        return record_from(self._storage.get_trial(self._id(number)), attributes, self.maximize, aims)

    def _event(self) -> dict[str, Any]:
        return {"seq": next(self._seq), "at": time.time()}

    def _curve(self, number: int, step: int, value: float) -> None:
        if math.isfinite(value):
            self._storage.set_trial_intermediate_value(self._id(number), step, value)

    def _set(self, number: int, key: str, value: Any) -> None:
        self._storage.set_trial_user_attr(self._id(number), key, value)

    def _tell(self, number: int, state: State, value: float | None) -> None:
        """As `Study.tell` does, which for a pruned trial gives its last value; a failed one has none."""
        values = None if value is None or state is State.FAILED else [value]
        with suppress(UpdateFinishedTrialError):  # It was told before the connection broke.
            self._storage.set_trial_state_values(self._id(number), state.optuna, values)

    def _id(self, number: int) -> int:
        if number not in self._ids:
            self._ids[number] = self._storage.get_trial_id_from_study_id_trial_number(self._study_id, number)
        return self._ids[number]


def is_proposed(trial: FrozenTrial) -> bool:
    """Whether it is more than a number: its parameters are written."""
    return "start" in trial.user_attrs or "params" in trial.user_attrs  # the latter in version 1


def _seqs(record: TrialRecord) -> Iterable[int]:
    evaluations = (int(entry.get("seq", 0)) for entry in record.evaluations)
    return record.start_seq, record.end_seq or 0, *evaluations, *(decided.seq for decided in record.decisions)


def _evaluations(trial: FrozenTrial) -> list[dict[str, Any]]:
    attributes = trial.user_attrs
    return [attributes[key] for key in sorted(attributes) if key.startswith(_EVALUATION)]


def _outcome(written: Mapping[str, Any]) -> Outcome:
    cause = Cause(written["cause"]) if written["cause"] else None
    return Outcome(cause, written["reason"], dict(written["facts"]))


def record_from(
    trial: FrozenTrial, study_attributes: Mapping[str, Any], maximize: bool, aims: Aims | None = None
) -> TrialRecord:
    """What the ledger knows of a trial, from how Optuna has it.

    Args:
        trial: With the attributes that the ledger wrote.
        study_attributes: Those of its study, as far as they are of the trial.
        maximize: Whether more of the metric is better.
        aims: Of the sweep; None: how the trial stands against them is not asked.
    """
    attributes = trial.user_attrs
    evaluations = _evaluations(trial)
    curve = {step: value for step, value in sorted(trial.intermediate_values.items()) if math.isfinite(value)}
    start = attributes.get("start") or {"params": attributes.get("params", {}), "at": _unix(trial.datetime_start)}
    end = attributes.get("outcome") or _version_1_end(trial)
    outcome = _outcome(end) if end else Outcome()
    record = TrialRecord(
        number=trial.number,
        state=State.of(trial.state, attributes),
        params=start["params"],
        started_at=start["at"],
        ended_at=end["at"] if end else None,
        curve=curve,
        cause=outcome.cause,
        reason=outcome.reason,
        evaluations=evaluations,
        facts=outcome.facts,
        mlflow_run_id=study_attributes.get(f"mlflow_run_id:{trial.number}"),
        start_seq=start.get("seq", 0),
        end_seq=end.get("seq") if end else None,
        attempts=[Attempt(**attempt) for attempt in attributes.get("attempts", [])],
        parent=attributes.get("parent"),
        warm_from=attributes.get("warm_from"),
        decisions=decisions_in(attributes),
        sampled=start["params"],
    )
    if record.exploits:
        record.take_over()
    record.value, record.value_epoch = best_of(record.curve, evaluations, maximize)
    record.standing = Standing() if aims is None else aims.standing(evaluations, record.curve, outcome.facts)
    return record


def _version_1_end(trial: FrozenTrial) -> dict[str, Any] | None:
    if not trial.state.is_finished():
        return None
    attributes, at = trial.user_attrs, _unix(trial.datetime_complete)
    return {key: attributes.get(key) for key in ("cause",)} | {
        "reason": attributes.get("reason", ""),
        "facts": attributes.get("facts", {}),
        "at": at,
    }


def _unix(moment: Any) -> float | None:
    return moment.timestamp() if moment else None


def _last(curve: Mapping[int, float]) -> float | None:
    return curve[max(curve)] if curve else None


def best_of(
    curve: Mapping[int, float], evaluations: list[dict[str, Any]], maximize: bool
) -> tuple[float | None, float | None]:
    """Best value of a curve and the epoch it was reached at; the first of equals."""
    if not curve:
        return None, None
    best = max(curve.values()) if maximize else min(curve.values())
    step = min(step for step, value in curve.items() if value == best)
    epoch = next((float(entry["epoch"]) for entry in evaluations if int(entry["step"]) == step), None)
    return best, epoch
