"""What is told of each trial, made from the ledger's records; the same record always gives the same."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from hpo.collapse import COLLAPSED
from hpo.ledger import Ledger, State, TrialRecord
from hpo.redact import Redactor
from hpo.results.axes import short_names
from hpo.tracking.points import end_points, evaluation_points
from hpo.tracking.progress import Progress, in_order
from hpo.tracking.role import TRIAL, Role
from hpo.tracking.writes import Write, as_params, as_tags, milliseconds

EXPLOITS = 10  # The newest ones are told in the run of a trial.
TAG_CHARACTERS = 4000  # MLflow's databases take 5000.
PARAM_NAMES = "param_names"  # Tag of the sweep's run: dotted names of parameters by the short ones in its trials.
TOLD_AT_END = ("device", "precision", COLLAPSED)


@dataclass(frozen=True)
class Telling:
    """How one sweep is told.

    Attributes:
        sweep: Its name.
        metric: Name of the optimized metric.
        maximize: Whether more of it is better.
        role: What the child runs are.
        short: Names of the parameters, by dotted name, where they are not the same.
    """

    sweep: str
    metric: str
    maximize: bool = True
    role: Role = TRIAL
    short: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, ledger: Ledger, metric: str, role: Role) -> Telling:
        """That of a sweep in the ledger."""
        dimensions = ledger.about.get("space", {}).get("dimensions", [])
        short = short_names(str(dimension["name"]) for dimension in dimensions)
        told = len(json.dumps(short)) <= TAG_CHARACTERS  # Else nobody could read the values back.
        return cls(ledger.sweep, metric, ledger.maximize, role, short if told else {})

    @property
    def param_names(self) -> dict[str, str]:
        """Dotted names by those in the runs, where they differ: what the sweep's own run is tagged with."""
        return {short: name for name, short in self.short.items() if short != name}

    def started(self, record: TrialRecord) -> Write:
        """The trial's run, with its parameters."""
        params = record.sampled or record.params
        return Write(
            record.number,
            record.start_seq,
            self.role.name(record),
            milliseconds(record.started_at or 0.0),
            params=as_params({self.short.get(name, name): value for name, value in params.items()}),
            tags=as_tags(self.role.tags(record, self.sweep)),
        )

    def evaluated(self, record: TrialRecord) -> Write:
        """The newest evaluation."""
        return self._evaluations(record, int(record.evaluations[-1]["seq"]) - 1)[-1]

    def ended(self, record: TrialRecord, progress: Progress) -> list[Write]:
        """How the trial ended, what it has one of, and its value among those of the others in the sweep's run."""
        own = Write(
            record.number,
            record.end_seq,
            metrics=end_points(record, self.metric),
            tags=as_tags(self._ending(record) | _place(record)),
            status=record.state.mlflow,
            end_ms=milliseconds(record.ended_at or 0.0),
        )
        among = progress.take(record) if self.role.value_among else []
        return [own, Write(None, record.end_seq, metrics=among)] if among else [own]

    def standing(self, record: TrialRecord) -> Write:
        """Where a trial stands that has not ended."""
        tags = as_tags({"state": record.state.value} | _place(record))
        return Write(record.number, tags=tags, status=record.state.mlflow)

    def unwritten(self, records: Iterable[TrialRecord], through: int) -> list[Write]:
        """Everything that the ledger has after an event, in its order, then where the unended trials stand.

        Args:
            through: Place of the last event that is in MLflow for sure.
        """
        writes: list[Write] = []
        begun = [record for record in records if record.state is not State.WAITING]
        progress = Progress(self.metric, self.maximize)
        endings = {record.number: self.ended(record, progress) for record in in_order(begun)}
        for record in begun:
            own = self._evaluations(record, through)
            own += [write for write in endings.get(record.number, []) if write.seq is not None and write.seq > through]
            if not record.state.ended:
                own.append(self.standing(record))
            if record.start_seq > through or (own and not record.mlflow_run_id):
                own.insert(0, self.started(record))
            writes += own
        for write in writes:
            write.unsure = True
        return sorted(writes, key=lambda write: math.inf if write.seq is None else write.seq)

    def _evaluations(self, record: TrialRecord, after: int) -> list[Write]:
        found = evaluation_points(record.evaluations, after)
        return [Write(record.number, seq, metrics=points) for seq, points in found]

    def _ending(self, record: TrialRecord) -> dict[str, Any]:
        tags: dict[str, Any] = {"state": record.state.value, "cause": record.cause.value if record.cause else ""}
        tags |= {key: record.facts[key] for key in TOLD_AT_END if key in record.facts}
        if record.standing.judged:
            tags |= {"feasible": record.standing.feasible, "violated": "; ".join(record.standing.violated)}
        if record.reason:
            tags["reason"] = Redactor().text(record.reason)[-TAG_CHARACTERS:]
        return tags


def _place(record: TrialRecord) -> dict[str, Any]:
    """How often the trial was in a slot, on which machine last, and what it took over at which step."""
    nodes = [attempt.node for attempt in record.attempts if attempt.node]
    taken = [f"{one.steps}: trial {one.source}, {as_params(one.params)}" for one in record.exploits[-EXPLOITS:]]
    return {
        "attempts": len(record.attempts),
        **({"node": nodes[-1]} if nodes else {}),
        **({"exploits": "; ".join(taken)} if taken else {}),
    }
