"""The schedule of values that led to a model, as a file: all that is needed to train it again from the first step."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hpo.errors import InputError
from hpo.ledger import State, TrialRecord
from hpo.lineage import Segment

SCHEDULE = "schedule.json"
FORMAT = 1


@dataclass(frozen=True)
class Schedule:
    """A trial's course through its population.

    Attributes:
        sweep: Its sweep's name.
        trial: The trial as it ended; of its record, what the file has: number, state, value and the values at its end.
        data_fingerprint: Of the rows that it was trained on.
        overrides: The config overrides that train its first stretch.
        course: The stretches, the first one at step 0.
        config_dir: The person's own folder of options; None: there was none.
    """

    sweep: str
    trial: TrialRecord
    data_fingerprint: str
    overrides: tuple[str, ...]
    course: tuple[Segment, ...]
    config_dir: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """JSON-able."""
        record = self.trial
        return {
            "format": FORMAT,
            "sweep": self.sweep,
            "trial": record.number,
            "state": record.state.value,
            "value": record.value,
            "value_epoch": record.value_epoch,
            "data_fingerprint": self.data_fingerprint,
            "overrides": list(self.overrides),
            "config_dir": self.config_dir,
            "schedule": [segment.to_dict() for segment in self.course],
        }

    @classmethod
    def of(cls, found: Mapping[str, Any]) -> Schedule:
        """From what `to_dict` gave. Raises KeyError, TypeError or ValueError for anything else."""
        if found["format"] != FORMAT:
            raise ValueError(f"format {found['format']}")
        course = tuple(Segment(**segment) for segment in found["schedule"])
        record = TrialRecord(int(found["trial"]), State(found["state"]), dict(course[-1].params))
        record.value, record.value_epoch = found["value"], found["value_epoch"]
        theirs, folder = tuple(found["overrides"]), found.get("config_dir")  # Older files have no folder.
        return cls(found["sweep"], record, found["data_fingerprint"], theirs, course, folder)

    def write(self, folder: Path) -> Path:
        """Write the file into a folder. Returns its path."""
        path = folder / SCHEDULE
        path.write_text(json.dumps(self.to_dict(), indent=2, ensure_ascii=False), encoding="utf-8")
        return path


def read_schedule(path: Path) -> Schedule:
    """What a file says.

    Raises:
        InputError: It is none of these files.
    """
    try:
        return Schedule.of(json.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise InputError.one("--schedule", f"cannot read {path}: {error.strerror}") from error
    except (KeyError, TypeError, ValueError, IndexError) as error:
        rule = f"must be a {SCHEDULE} that a sweep with scheduler=pbt wrote, got {path}"
        raise InputError.one("--schedule", rule) from error
