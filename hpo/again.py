"""`--from NAME` and `--schedule FILE` of `hpo train`: the overrides that train a sweep's trial again."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from hpo.errors import InputError
from hpo.fitting import fitting
from hpo.ledger import TrialRecord
from hpo.lineage import Segment, changes_of, lineage
from hpo.place import Place
from hpo.population.schedule import read_schedule
from hpo.results import config_dir_of, in_config_dir, key_of, train_overrides
from hpo.trained import chosen_trial
from models.spec import Change

FLAG, SCHEDULED, CONFIG_DIR = "--from", "--schedule", "--config-dir"


@dataclass(frozen=True)
class Again:
    """A trial that is to be trained again.

    Attributes:
        sweep: Its name.
        record: The trial, as the ledger has it.
        data_fingerprint: Of the rows that it was trained on.
        arguments: Overrides and flags for Hydra: the trial's, then the person's own, which win.
        changed: Overrides of the person's own.
        changes: What changes in the course of the training, where the trial was of a population.
    """

    sweep: str
    record: TrialRecord
    data_fingerprint: str
    arguments: list[str]
    changed: tuple[str, ...]
    changes: tuple[Change, ...] = ()


def again(arguments: Sequence[str]) -> Again | None:
    """What `--from NAME [--trial K]` or `--schedule FILE` in a command line means; None where neither is there.

    A value of the person's own is the same from the first step to the last.

    Raises:
        InputError: No such sweep, trial or file, or `--trial` without `--from`.
    """
    parser = argparse.ArgumentParser(prog="hpo train", add_help=False, allow_abbrev=False)
    parser.add_argument(FLAG, dest="sweep", metavar="NAME")
    parser.add_argument("--trial", type=int, metavar="K")
    parser.add_argument(SCHEDULED, dest="schedule", type=Path, metavar="FILE")
    parser.add_argument(CONFIG_DIR, "-cd", dest="config_dir", metavar="DIR")
    given, rest = parser.parse_known_args(arguments)
    own = [text for text in rest if "=" in text and not text.startswith("-")]
    if given.schedule is not None:
        if given.sweep is not None or given.trial is not None:
            raise InputError.one(SCHEDULED, f"says itself which trial it is of, but got {FLAG} or --trial too")
        found = read_schedule(given.schedule)
        folder = given.config_dir or found.config_dir
        kept, changes = _fitted(found.overrides, found.course[0].params, own, folder), _kept(found.course, own)
        arguments_of = [*in_config_dir(folder), *kept, *rest]
        return Again(found.sweep, found.trial, found.data_fingerprint, arguments_of, tuple(own), changes)
    if given.sweep is None:
        if given.trial is not None:
            raise InputError.one("--trial", "is the number of a trial of a sweep, which is not named", "--from NAME")
        return None
    place = _place(own)
    ledger = place.ledger(given.sweep)
    about, record = ledger.about, chosen_trial(ledger, given.trial)
    course = lineage({other.number: other for other in ledger.trials()}, record.number)
    folder = given.config_dir or config_dir_of(about)
    kept = _fitted(overrides_of(about, record, course[0].params), course[0].params, own, folder)
    where = [*in_config_dir(folder), f"output_dir={place.output_dir}"]
    arguments_of = [*where, *kept, *_without(rest, ["output_dir="])]
    return Again(given.sweep, record, about["data_fingerprint"], arguments_of, tuple(own), _kept(course, own))


def overrides_of(about: Mapping[str, Any], record: TrialRecord, params: Mapping[str, Any]) -> list[str]:
    """The overrides that train with these values what a trial was trained with, slot and precision included."""
    return [*train_overrides(about, params), *_slot(about), *_precision(about, record)]


def _fitted(theirs: Sequence[str], params: Mapping[str, Any], own: Sequence[str], config_dir: str | None) -> list[str]:
    """A trial's overrides without those that the person's own replace."""
    chosen = [*params, *map(key_of, own)]
    return fitting(_without(theirs, [*own, "output_dir="]), chosen, own, config_dir)


def _kept(course: Sequence[Segment], own: Sequence[str]) -> tuple[Change, ...]:
    """What changes, without what the person gave a value of."""
    return changes_of(course, set(map(key_of, own)))


def _place(overrides: Sequence[str]) -> Place:
    """Where the sweep's ledger is: as for every command, by override, environment, default."""
    given = {key_of(text): text.partition("=")[2] for text in overrides}
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
    keys, last = set(map(key_of, others)), {key_of(text): text for text in overrides}
    return [text for text in overrides if key_of(text) not in keys and text == last[key_of(text)]]
