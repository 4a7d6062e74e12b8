"""`--from NAME` of `hpo train`: the overrides that train a sweep's trial again."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from hpo.errors import InputError
from hpo.fitting import fitting
from hpo.ledger import TrialRecord
from hpo.place import Place
from hpo.results import train_overrides
from hpo.trained import chosen_trial

FLAG = "--from"


@dataclass(frozen=True)
class Again:
    """A trial that is to be trained again.

    Attributes:
        sweep: Its name.
        record: The trial, as the ledger has it.
        data_fingerprint: Of the rows that it was trained on.
        arguments: Overrides and flags for Hydra: the trial's, then the person's own, which win.
        changed: Overrides of the person's own.
    """

    sweep: str
    record: TrialRecord
    data_fingerprint: str
    arguments: list[str]
    changed: tuple[str, ...]


def again(arguments: Sequence[str]) -> Again | None:
    """What `--from NAME [--trial K]` in a command line means; None where it is not there.

    Raises:
        InputError: No such sweep or trial, or `--trial` without `--from`.
    """
    parser = argparse.ArgumentParser(prog="hpo train", add_help=False, allow_abbrev=False)
    parser.add_argument(FLAG, dest="sweep", metavar="NAME")
    parser.add_argument("--trial", type=int, metavar="K")
    given, rest = parser.parse_known_args(arguments)
    if given.sweep is None:
        if given.trial is not None:
            raise InputError.one("--trial", "is the number of a trial of a sweep, which is not named", "--from NAME")
        return None
    own = [text for text in rest if "=" in text and not text.startswith("-")]
    place = _place(own)
    ledger = place.ledger(given.sweep)
    about, record = ledger.about, chosen_trial(ledger, given.trial)
    theirs = [*train_overrides(about, record.params), *_slot(about), *_precision(about, record)]
    chosen = [*record.params, *(text.partition("=")[0] for text in own)]
    kept = fitting(_without(theirs, [*own, "output_dir="]), chosen, own)
    arguments_of = [*kept, f"output_dir={place.output_dir}", *_without(rest, ["output_dir="])]
    return Again(given.sweep, record, about["data_fingerprint"], arguments_of, tuple(own))


def _place(overrides: Sequence[str]) -> Place:
    """Where the sweep's ledger is: as for every command, by override, environment, default."""
    given = dict(text.split("=", 1) for text in overrides)
    place = Place.default(given.get("output_dir"))
    return replace(place, url=given.get("ledger.url", place.url))


def _slot(about: Mapping[str, Any]) -> list[str]:
    """Threads and GPU of the sweep's slots, which may have been found from another machine."""
    slots = about["slots"]
    return [f"slots.cpus={slots['cpus']}", f"slots.gpu_fraction={slots['gpu_fraction']}"]


def _precision(about: Mapping[str, Any], record: TrialRecord) -> list[str]:
    """What `auto` came to."""
    asked = record.params.get("train.precision", about["config"]["train"]["precision"])
    used = record.facts.get("precision")
    return [f"train.precision={used}"] if asked == "auto" and used else []


def _without(overrides: Sequence[str], others: Sequence[str]) -> list[str]:
    """The overrides whose key none of the others has; of one key given twice, the last."""
    keys = {text.partition("=")[0] for text in others}
    last = {text.partition("=")[0]: text for text in overrides}
    return [text for text in overrides if text.partition("=")[0] not in keys and text == last[text.partition("=")[0]]]
