"""The ledger's own tables, beside Optuna's in the same database: who drives a sweep, and what is asked of it."""

from __future__ import annotations

from sqlalchemy import Column, Float, Integer, MetaData, String, Table, Text
from sqlalchemy.engine import Engine

from hpo.ledger.storage import make_together

METADATA = MetaData()

DRIVERS = Table(
    "hpo_drivers",
    METADATA,
    Column("sweep", String(255), primary_key=True),
    Column("token", String(32), nullable=False),
    Column("host", String(255), nullable=False),
    Column("boot", String(64), nullable=False),
    Column("pid", Integer, nullable=False),
    Column("born_at", Float, nullable=False),
    Column("since", Float, nullable=False),
    Column("beat_at", Float, nullable=False),
)

REQUESTS = Table(
    "hpo_requests",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("sweep", String(255), nullable=False, index=True),
    Column("kind", String(32), nullable=False),
    Column("payload", Text, nullable=False),
    Column("asked_at", Float, nullable=False),
    Column("done_at", Float),
    Column("answer", Text),
)


def make_tables(engine: Engine) -> None:
    """Make the tables that are not there."""
    make_together(lambda: METADATA.create_all(engine))
