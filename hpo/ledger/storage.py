"""Opens the database under the ledger."""

from __future__ import annotations

from pathlib import Path

import optuna
from sqlalchemy import event
from sqlalchemy.engine import Engine
from sqlalchemy.pool import ConnectionPoolEntry

SQLITE_TIMEOUT_S = 60


def open_storage(url: str) -> optuna.storages.RDBStorage:
    """Optuna's storage at a database URL; SQLite in WAL mode, so that readers never stop the sweep's writes."""
    arguments = {"connect_args": {"timeout": SQLITE_TIMEOUT_S}} if url.startswith("sqlite") else {}
    if url.startswith("sqlite:///"):
        Path(url.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
    storage = optuna.storages.RDBStorage(url, engine_kwargs=arguments)
    if url.startswith("sqlite"):
        _use_wal(storage.engine)
    return storage


def _use_wal(engine: Engine) -> None:
    """Write-ahead log, synced at checkpoints: a commit costs no disk flush, and a killed process loses nothing."""

    def on_connect(connection: object, _: ConnectionPoolEntry) -> None:
        cursor = connection.cursor()  # type: ignore[attr-defined]
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=NORMAL")
        cursor.close()

    event.listen(engine, "connect", on_connect)
    engine.dispose()  # connections made before now are replaced by ones in WAL mode
