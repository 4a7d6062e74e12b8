"""Whether a storage can be used, tried by using it."""

from __future__ import annotations

import tempfile
import uuid
from pathlib import Path

from hpo.errors import Problem
from hpo.storage.store import Store
from hpo.storage.sweep import root_of
from models.remote import Patience, RemoteError

PATIENCE_S = 10.0  # A person waits for it.


def check_storage(storage: str | None) -> list[Problem]:
    """Problems of `cluster.storage`, found by writing, reading and removing a small file.

    Args:
        storage: As the config has it; a relative path is meant from the working directory.
    """
    if storage is None:
        return []
    try:
        with tempfile.TemporaryDirectory() as folder:
            _try(Store(root_of(storage, Path.cwd()), Patience.of(PATIENCE_S)), Path(folder))
    except (RemoteError, OSError) as error:
        hint = "a bucket must be there already; its secrets come from the environment, on every node"
        return [Problem("cluster.storage", str(error), hint)]
    return []


def _try(store: Store, folder: Path) -> None:
    name = f".probe-{uuid.uuid4().hex}"
    probe = folder / "probe"
    probe.mkdir()
    (probe / "probe.txt").write_text(name, encoding="utf-8")
    store.put(probe, name)
    try:
        store.fetch(name, folder / "back")
    finally:
        store.remove(name)
