"""The command line of an MLflow server: for looking at local sweeps, or for sweeps to write to."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NoReturn

SETTINGS = {
    # No language model is judged or called here; without this, MLflow starts processes that wait for such work.
    "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
    "MLFLOW_DISABLE_TELEMETRY": "true",  # Neither the server nor its pages tell anyone what they are used for.
}


@dataclass(frozen=True)
class Server:
    """An MLflow server to be started.

    Attributes:
        store: URL of the database with experiments, runs and registered models.
        artifacts: Where files go: a folder, or the URL of an object store.
        proxied: Whether clients send files through the server; if not, they write to `artifacts` themselves.
        workers: Number of processes that answer.
        allowed_hosts: Names, beside localhost and private addresses, under which clients may call the server, divided
            by commas; None: no others.
    """

    host: str
    port: int
    store: str
    artifacts: str
    proxied: bool = True
    workers: int = 1
    allowed_hosts: str | None = None

    def command(self) -> list[str]:
        """The command line. The store is not in it: every user of the machine can read it, and a password with it."""
        place = ["--host", self.host, "--port", str(self.port), "--workers", str(self.workers)]
        kind = "--artifacts-destination" if self.proxied else "--default-artifact-root"
        hosts = [] if self.allowed_hosts is None else ["--allowed-hosts", self.allowed_hosts]
        return [sys.executable, "-m", "mlflow", "server", *place, kind, self.artifacts, *hosts]

    def environment(self, inherited: Mapping[str, str]) -> dict[str, str]:
        """The environment to run the command in."""
        return {**SETTINGS, **inherited, "MLFLOW_BACKEND_STORE_URI": self.store}

    def become(self) -> NoReturn:
        """Put the server in this process's place, signals and all."""
        sys.stdout.flush()
        os.execve(sys.executable, self.command(), self.environment(os.environ))
