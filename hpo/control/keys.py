"""The keys that a config has, for those who write overrides."""

from __future__ import annotations

import dataclasses
import typing
from functools import cache

from hpo.config.schema import SlotsSpec, SweepSpec, TrialSpec
from hpo.confirm.spec import ConfirmSpec
from hpo.history.spec import WarmStartSpec
from hpo.stopping import PlateauSpec, StopSpec
from models.spec import TrainParams

SECTIONS: dict[str, type] = {
    "train": TrainParams,
    "sweep": SweepSpec,
    "sweep.stop": StopSpec,
    "sweep.stop.plateau": PlateauSpec,
    "confirm": ConfirmSpec,
    "trial": TrialSpec,
    "slots": SlotsSpec,
    "warm_start": WarmStartSpec,
}


@cache
def known_keys() -> dict[str, str]:
    """The keys of the sections that every config has, by dotted name, each with what it means."""
    found = {}
    for section, schema in SECTIONS.items():
        hints = typing.get_type_hints(schema)
        for field in dataclasses.fields(schema):
            if not dataclasses.is_dataclass(hints[field.name]):
                found[f"{section}.{field.name}"] = str(field.metadata.get("doc", ""))
    return found
