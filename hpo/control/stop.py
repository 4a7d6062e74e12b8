"""Leaves a running sweep, resumable, or ends one of its trials."""

from __future__ import annotations

from hpo.control.answer import Answer
from hpo.control.asking import ANSWER_S, ask
from hpo.errors import InputError
from hpo.ledger import Kind
from hpo.place import Place


def stop(place: Place, name: str, patience_s: float = ANSWER_S) -> Answer:
    """Ask that each trial writes a checkpoint after its current step and the sweep is left; it can be resumed.

    Raises:
        UnknownSweepError: There is no such sweep.
    """
    place.check(name)
    return ask(place, name, Kind.STOP, {}, patience_s)


def stop_trial(place: Place, name: str, trial: int, patience_s: float = ANSWER_S) -> Answer:
    """Ask that one trial ends after its current step; the sweep goes on.

    Raises:
        UnknownSweepError: There is no such sweep.
        InputError: There is no such trial.
    """
    if trial not in {record.number for record in place.read(name).records}:
        raise InputError.one("--trial", f"must be a trial of {name}, got {trial}")
    return ask(place, name, Kind.STOP_TRIAL, {"trial": trial}, patience_s)
