"""What is asked of a sweep from another terminal: a queue in the ledger's database that the driver empties in order."""

from __future__ import annotations

import enum
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.engine import Engine, RowMapping

from hpo.ledger.storage import PATIENCE_S, patiently
from hpo.ledger.tables import REQUESTS, make_tables


class Kind(enum.StrEnum):
    """What can be asked."""

    STOP = "stop"  # The sweep: leave, resumable.
    STOP_TRIAL = "stop_trial"  # End one trial: {"trial"}.
    ENQUEUE = "enqueue"  # Try a configuration: {"params", "parent", "warm"}.
    EXTEND = "extend"  # More budget: {"trials", "hours", "gpu_hours", "cpu_hours", "target"}.


@dataclass(frozen=True)
class Request:
    """One thing that was asked.

    Attributes:
        answer: What the driver did about it; None: not done yet.
    """

    id: int
    kind: Kind
    payload: dict[str, Any]
    asked_at: float
    answer: str | None = None


class Inbox:
    """The requests to one sweep.

    Args:
        engine: The ledger's database.
        sweep: The sweep's name.
        patience_s: How long to wait for a database that is away.
    """

    def __init__(self, engine: Engine, sweep: str, patience_s: float = PATIENCE_S) -> None:
        self._engine, self._sweep, self._patience_s = engine, sweep, patience_s
        patiently(lambda: make_tables(engine), patience_s)

    def ask(self, kind: Kind, payload: Mapping[str, Any]) -> int:
        """Put a request in; returns its id."""
        values = {"sweep": self._sweep, "kind": kind.value, "payload": json.dumps(payload), "asked_at": time.time()}

        def put() -> int:
            with self._engine.begin() as connection:
                made = connection.execute(insert(REQUESTS).values(values)).inserted_primary_key
            assert made is not None
            return int(made[0])

        return patiently(put, self._patience_s)

    def waiting(self) -> list[Request]:
        """Requests that are not done, the oldest first."""
        return self._select(REQUESTS.c.done_at.is_(None))

    def find(self, request_id: int) -> Request:
        """A request by its id."""
        return self._select(REQUESTS.c.id == request_id)[0]

    def known(self, request_id: int) -> Request | None:
        """The same; None: the sweep has no such request."""
        found = self._select(REQUESTS.c.id == request_id)
        return found[0] if found else None

    def done(self, request_id: int, answer: str) -> None:
        """Write what was done about a request."""

        def write() -> None:
            with self._engine.begin() as connection:
                mine = update(REQUESTS).where(REQUESTS.c.id == request_id)
                connection.execute(mine.values(done_at=time.time(), answer=answer))

        patiently(write, self._patience_s)

    def _select(self, condition: Any) -> list[Request]:
        query = select(REQUESTS).where(REQUESTS.c.sweep == self._sweep, condition).order_by(REQUESTS.c.id)

        def read() -> list[Request]:
            with self._engine.connect() as connection:
                return [_request(row) for row in connection.execute(query).mappings()]

        return patiently(read, self._patience_s)


def _request(row: RowMapping) -> Request:
    return Request(row["id"], Kind(row["kind"]), json.loads(row["payload"]), row["asked_at"], row["answer"])
