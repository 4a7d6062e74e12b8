"""The trained model that a command means: a sweep's best, one of its trials, or a folder."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hpo.confirm.retraining import SEED
from hpo.confirm.winner import winner_of
from hpo.errors import InputError, UnknownSweepError
from hpo.ledger import Ledger, TrialRecord
from hpo.place import Place
from hpo.results import best_trial, by_merit, config_dir_of, train_overrides, weights_dir
from hpo.storage.deposits import deposits
from hpo.storage.store import Store
from hpo.storage.sweep import fetch_weights, store_of, weights_of

CARD = "task.json"  # By this file the folder of a trained model is known.
RESULT = "result.json"  # What `hpo train` writes beside the weights.
PATIENCE_S = 20.0  # For a storage that is away; a person waits.


@dataclass(frozen=True)
class Trained:
    """A trained model and what is known of its training.

    Attributes:
        folder: The weights.
        name: For people: the sweep and its trial, or the folder.
        overrides: The config overrides that train it again; None: not known.
        config_dir: The person's own folder of options that they are composed with; None: there was none.
        metric: What the best evaluation was chosen by; None: not known.
        value: The metric's value on the validation rows.
        data_fingerprint: Of the rows that it was trained on.
        note: What a person should know about the choice; empty: nothing.
    """

    folder: Path
    name: str
    overrides: tuple[str, ...] | None = None
    config_dir: str | None = None
    metric: str | None = None
    value: float | None = None
    data_fingerprint: str | None = None
    note: str = ""


def find_trained(name: str, place: Place, trial: int | None = None) -> Trained:
    """The model that a name means: a sweep of the output folder, or the folder of a trained model.

    Args:
        name: Of the sweep, or a path.
        place: Where the sweep is.
        trial: Its number; None: the confirmed winner, else the best of those with weights.
            Weights in the sweep's storage are fetched.

    Raises:
        InputError: There is no such sweep, folder or trial, or it keeps no weights.
        RemoteError: The sweep's storage cannot be read.
    """
    folder = _model_folder(Path(name).expanduser())
    if folder is not None:
        if trial is not None:
            raise InputError.one("--trial", f"is for a sweep's name, but {name} is a trained model's folder")
        return _of_folder(folder)
    try:
        ledger = place.ledger(name)
    except UnknownSweepError as error:
        rule = f"neither a sweep in {place.output_dir} nor a trained model's folder (one with {CARD}): {name}"
        hint = f"sweeps: {', '.join(error.known[:10])}" if error.known else "name another folder: --output-dir DIR"
        raise InputError.one("NAME", rule, hint) from error
    about, records = ledger.about, ledger.trials()
    here = place.output_dir / name
    confirmed = _confirmed(ledger, here) if trial is None else None
    if confirmed is not None:
        return confirmed
    kept = {number: path for number, path in _weights(about, here, records).items() if path is not None}
    store = None if trial in kept else store_of(about, name, PATIENCE_S)
    known = sorted({*kept, *_stored(store, records)})
    record = chosen_trial(ledger, trial) if trial is not None else _best_kept(ledger, known)
    if record is None or record.number not in known:
        what = f"no trial of {name} has" if record is None else f"trial {record.number} of {name} has no"
        there = f"those with weights: {', '.join(map(str, known))}" if known else "none has any"
        more = f"; train it again: hpo train --from {name} --trial {record.number}" if record is not None else ""
        raise InputError.one("--trial", f"{what} weights on disk", f"{there}{more}")
    best = best_trial(records, ledger.maximize)
    note = ""
    if trial is None and best is not None and best.number != record.number:
        note = f"trial {best.number} was better, but its weights are no longer there; this is trial {record.number}"
    folder = kept.get(record.number)
    if folder is None and store is not None:
        folder = weights_dir(here, record.number)
        note = "; ".join(filter(None, (note, fetch_weights(store, record, folder))))
    assert folder is not None
    return Trained(
        folder=folder,
        name=f"{name}, trial {record.number}",
        overrides=tuple(train_overrides(about, record.params)),
        config_dir=config_dir_of(about),
        metric=about["metric"],
        value=record.value,
        data_fingerprint=about["data_fingerprint"],
        note=note,
    )


def chosen_trial(ledger: Ledger, trial: int | None) -> TrialRecord:
    """A trial by its number, or the confirmed winner, else the best.

    Raises:
        InputError: There is no such trial, or none has a result.
    """
    records = ledger.trials()
    winner = winner_of(ledger.about) if trial is None else None
    if winner is not None:
        return records[winner.trial]
    if trial is not None:
        if not 0 <= trial < len(records):
            rule = (
                f"must be a trial of {ledger.name}, 0 to {len(records) - 1}" if records else "there are no trials yet"
            )
            raise InputError.one("--trial", f"{rule}, got {trial}")
        return records[trial]
    best = best_trial(records, ledger.maximize)
    if best is None:
        raise InputError.one("NAME", f"no trial of {ledger.name} has a result", "name one: --trial NUMBER")
    return best


def _confirmed(ledger: Ledger, here: Path) -> Trained | None:
    """The model of the confirmed winner; None where there is none, or its weights are gone."""
    about = ledger.about
    winner = winner_of(about)
    if winner is None:
        return None
    folders = (winner.weights(place) for place in (Path(about["sweep_dir"]), here))
    folder = next((folder for folder in folders if _is_model(folder)), None)
    if folder is None:
        return None
    params = {**ledger.trial(winner.trial).params, SEED: winner.seed}
    return Trained(
        folder=folder,
        name=f"{ledger.name}, trial {winner.trial}, confirmed, seed {winner.seed}",
        overrides=tuple(train_overrides(about, params)),
        config_dir=config_dir_of(about),
        metric=about["metric"],
        value=winner.value,
        data_fingerprint=about["data_fingerprint"],
    )


def _best_kept(ledger: Ledger, kept: Collection[int]) -> TrialRecord | None:
    ranked = by_merit(ledger.trials(), ledger.maximize)
    return next((record for record in ranked if record.number in kept), None)


def _weights(about: Mapping[str, Any], here: Path, records: list[TrialRecord]) -> dict[int, Path | None]:
    """The weights of each trial, where the sweep wrote them or where its folder has been moved to."""
    places = (Path(about["sweep_dir"]), here)
    return {
        record.number: next((path for place in places if _is_model(path := weights_dir(place, record.number))), None)
        for record in records
    }


def _stored(store: Store | None, records: list[TrialRecord]) -> list[int]:
    """Trials that have ended and have weights in the sweep's storage. Those of a running one would soon be others."""
    if store is None:
        return []
    found = deposits(store)
    return [record.number for record in records if record.state.ended and weights_of(record, found) is not None]


def _is_model(folder: Path) -> bool:
    return (folder / CARD).is_file()


def _model_folder(path: Path) -> Path | None:
    """The folder with the weights: the one named, or `best` in what `hpo train` wrote."""
    return next((folder for folder in (path, path / "best") if _is_model(folder)), None)


def _of_folder(folder: Path) -> Trained:
    """What `hpo train` wrote beside the weights, as far as it did."""
    result = folder.parent / RESULT
    facts = json.loads(result.read_text(encoding="utf-8")) if result.is_file() else {}
    overrides = facts.get("overrides")
    return Trained(
        folder=folder,
        name=str(folder),
        overrides=None if overrides is None else tuple(overrides),
        config_dir=facts.get("config_dir"),
        metric=facts.get("metric"),
        value=facts.get("best_value"),
        data_fingerprint=facts.get("data_fingerprint"),
    )
