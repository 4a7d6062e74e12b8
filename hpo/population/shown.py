"""What the summary of a sweep says of trials that took over another one's weights."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from typing import Any

from hpo.ledger import TrialRecord
from hpo.lineage import lineage


def with_schedules(summary: dict[str, Any], records: Sequence[TrialRecord]) -> dict[str, Any]:
    """The summary with the `schedule` of each such trial, and with the command that trains through it.

    Args:
        summary: As `summarize` makes it.
        records: The sweep's trials.
    """
    known = {record.number: record for record in records}
    changed = [record.number for record in records if record.exploits]
    if not changed:
        return summary
    told = {number: [one.to_dict() for one in lineage(known, number)] for number in changed}
    best, name = summary["best"], shlex.quote(str(summary["name"]))

    def trained(trial: Mapping[str, Any]) -> dict[str, Any]:
        number = trial["number"]
        if number not in told:
            return dict(trial)
        return {**trial, "schedule": told[number], "command": f"hpo train --from {name} --trial {number}"}

    return {
        **summary,
        "best": None if best is None else trained(best),
        "front": [trained(trial) for trial in summary["front"]],
        "trials": [{**trial, "schedule": told.get(trial["number"], [])} for trial in summary["trials"]],
    }
