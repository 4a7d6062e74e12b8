"""What waits to be written to MLflow: for each run in the order in which it happened."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from hpo.ledger import TrialRecord
from hpo.tracking.writes import Write

METRICS_A_WRITE = 900  # MLflow takes 1000 entries a call: https://mlflow.org/docs/latest/rest-api.html#log-batch


class Backlog:
    """Writes that wait. What waits for the same run is joined, so that after an outage few calls write much.

    Not thread-safe: the writer guards it.

    Attributes:
        through: Every event up to this place in the sweep's order is in MLflow.
        records: What a restarted driver found in the ledger. What of it MLflow lacks is found out when MLflow answers,
            and all that happens meanwhile comes after it.
    """

    def __init__(self) -> None:
        self.through = 0
        self.records: Sequence[TrialRecord] | None = None
        self._waiting: dict[int | None, list[Write]] = {}  # Its order is that in which runs are written to.
        self._after_records: list[Write] = []
        self._taken: Write | None = None
        self._newest = 0

    def __len__(self) -> int:
        """How many writes wait, as they were put; the one that is being written is one of them."""
        taken = [self._taken] if self._taken is not None else []
        waiting = [write for writes in self._waiting.values() for write in writes]
        return sum(write.count for write in [*taken, *waiting, *self._after_records]) + len(self.records or ())

    def __bool__(self) -> bool:
        """Whether there is something to take."""
        return bool(self._waiting)

    def begin_after(self, through: int) -> None:
        """Say what had been written before."""
        self.through = through
        self._newest = max(self._newest, through)

    def put(self, write: Write) -> None:
        """Put a write after those that wait for the same run."""
        if self.records is not None:
            self._after_records.append(write)
            return
        self._newest = max(self._newest, write.seq or 0)
        writes = self._waiting.setdefault(write.key, [])
        if writes and len(writes[-1].metrics) < METRICS_A_WRITE:
            writes[-1].join(write)
        else:
            writes.append(write)

    def replace_records(self, writes: Iterable[Write]) -> None:
        """Put what was found to be missing, and after it what happened meanwhile."""
        self.records = None
        following, self._after_records = self._after_records, []
        for write in [*writes, *following]:
            self.put(write)

    def take(self) -> Write:
        """The first write of the run that waited longest."""
        key, writes = next(iter(self._waiting.items()))
        del self._waiting[key]
        self._taken = writes.pop(0)
        if writes:
            self._waiting[key] = writes
        return self._taken

    def done(self) -> None:
        """What was taken is written."""
        self._taken = None
        if self.records is None:
            seqs = [write.seq for writes in self._waiting.values() for write in writes if write.seq is not None]
            self.through = max(self.through, min(seqs) - 1 if seqs else self._newest)
