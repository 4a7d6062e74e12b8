"""One sweep's part of the ledger. The driver writes it; anyone may read it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import optuna
from optuna.study import StudyDirection
from optuna.trial import FrozenTrial

from hpo.errors import HpoError, UnknownSweepError
from hpo.ledger.record import Cause, Outcome, State, TrialRecord
from hpo.ledger.storage import open_storage

SCHEMA_VERSION = 1
_EVALUATION = "evaluation:"


def ledger_url(output_dir: str | Path) -> str:
    """Where the ledger of an output folder is: one SQLite file for all its sweeps."""
    return f"sqlite:///{Path(output_dir).resolve() / 'ledger.db'}"


def sweep_names(output_dir: str | Path) -> list[str]:
    """Names of the sweeps in an output folder's ledger, the newest first; none when there is no ledger yet."""
    if not (Path(output_dir) / "ledger.db").is_file():
        return []
    summaries = optuna.get_all_study_summaries(open_storage(ledger_url(output_dir)), include_best_trial=False)
    return [summary.study_name for summary in reversed(summaries)]


class Ledger:
    """A sweep in the ledger: an Optuna study whose attributes carry what Optuna has no place for."""

    def __init__(self, storage: optuna.storages.RDBStorage, name: str) -> None:
        self.study = optuna.load_study(study_name=name, storage=storage)
        self._storage = storage
        study = self.study
        self._study_id = storage.get_study_id_from_name(name)
        version = study.user_attrs.get("schema_version")
        if version != SCHEMA_VERSION:
            raise HpoError(
                f"sweep {study.study_name!r} has ledger schema {version}; this version reads {SCHEMA_VERSION}"
            )

    @classmethod
    def create(cls, url: str, name: str, *, maximize: bool, about: Mapping[str, Any]) -> Ledger:
        """Begin a sweep.

        Args:
            about: What decides the sweep's future and its record: config, space, metric; JSON values.

        Raises:
            optuna.exceptions.DuplicatedStudyError: When the name is taken.
        """
        direction = StudyDirection.MAXIMIZE if maximize else StudyDirection.MINIMIZE
        storage = open_storage(url)
        study = optuna.create_study(study_name=name, storage=storage, direction=direction)
        study.set_user_attr("schema_version", SCHEMA_VERSION)
        for key, value in about.items():
            study.set_user_attr(key, value)
        return cls(storage, name)

    @classmethod
    def open(cls, output_dir: str | Path, name: str) -> Ledger:
        """A sweep that is in the ledger.

        Raises:
            UnknownSweepError: When it is not.
        """
        names = sweep_names(output_dir)
        if name not in names:
            raise UnknownSweepError(name, names, str(Path(output_dir) / "ledger.db"))
        return cls(open_storage(ledger_url(output_dir)), name)

    @property
    def name(self) -> str:
        """The sweep's name."""
        return str(self.study.study_name)

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

    def start(self, number: int, params: Mapping[str, Any]) -> None:
        """Write what a proposed trial will be trained with, before it is."""
        self._storage.set_trial_user_attr(self._id(number), "params", dict(params))

    def evaluate(self, number: int, evaluation: Mapping[str, Any], value: float) -> None:
        """Write one evaluation of a running trial. A value that is not finite is kept out of Optuna's curve."""
        trial_id, step = self._id(number), int(evaluation["step"])
        self._storage.set_trial_user_attr(trial_id, f"{_EVALUATION}{step:09d}", dict(evaluation))
        if math.isfinite(value):
            self._storage.set_trial_intermediate_value(trial_id, step, value)

    def end(self, number: int, outcome: Outcome, value: float | None) -> None:
        """Write how a trial ended, and tell the study the same state."""
        trial_id = self._id(number)
        self._storage.set_trial_user_attr(trial_id, "facts", dict(outcome.facts))
        if outcome.cause is not None:
            self._storage.set_trial_user_attr(trial_id, "cause", outcome.cause.value)
            self._storage.set_trial_user_attr(trial_id, "reason", outcome.reason)
        self.study.tell(number, values=value if outcome.state is State.COMPLETE else None, state=outcome.state.optuna)

    def set_run_id(self, number: int, run_id: str) -> None:
        """Write which MLflow run belongs to a trial; possible after its end too, since nothing is decided by it."""
        self.study.set_user_attr(f"mlflow_run_id:{number}", run_id)

    def trials(self) -> list[TrialRecord]:
        """Every trial, in the order of its number."""
        attributes = self.study.user_attrs
        return [_record(trial, attributes, self.maximize) for trial in self.study.get_trials(deepcopy=False)]

    def trial(self, number: int) -> TrialRecord:
        """One trial."""
        return _record(self._storage.get_trial(self._id(number)), self.study.user_attrs, self.maximize)

    def _id(self, number: int) -> int:
        return int(self._storage.get_trial_id_from_study_id_trial_number(self._study_id, number))


def _record(trial: FrozenTrial, study_attributes: Mapping[str, Any], maximize: bool) -> TrialRecord:
    attributes = trial.user_attrs
    evaluations = [attributes[key] for key in sorted(attributes) if key.startswith(_EVALUATION)]
    value, epoch = best_of(trial.intermediate_values, evaluations, maximize)
    return TrialRecord(
        number=trial.number,
        state=State.of(trial.state),
        params=attributes.get("params", {}),
        started_at=trial.datetime_start.timestamp() if trial.datetime_start else None,
        ended_at=trial.datetime_complete.timestamp() if trial.datetime_complete else None,
        value=value,
        value_epoch=epoch,
        cause=Cause(attributes["cause"]) if "cause" in attributes else None,
        reason=attributes.get("reason", ""),
        evaluations=evaluations,
        facts=attributes.get("facts", {}),
        mlflow_run_id=study_attributes.get(f"mlflow_run_id:{trial.number}"),
    )


def best_of(
    values: Mapping[int, float], evaluations: list[dict[str, Any]], maximize: bool
) -> tuple[float | None, float | None]:
    """Best finite value of a curve and the epoch it was reached at; the first of equals."""
    finite = {step: value for step, value in values.items() if math.isfinite(value)}
    if not finite:
        return None, None
    best = max(finite.values()) if maximize else min(finite.values())
    step = min(step for step, value in finite.items() if value == best)
    epoch = next((float(entry["epoch"]) for entry in evaluations if int(entry["step"]) == step), None)
    return best, epoch
