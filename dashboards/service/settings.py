"""What a server was told at its start."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from hpo.control import Rules
from hpo.results import Place

LOOPBACK = ("127.0.0.1", "localhost", "::1")
FOLDER = "service"  # In the output folder: token, queue, logs of what was started.


@dataclass(frozen=True)
class Settings:
    """Settings of one server.

    Attributes:
        place: Folder of results and ledger.
        token: What everyone must know who asks.
        host, port: Where it listens.
        names: Names beside the host by which it may be asked, as in a Host header without port.
        secure: Whether browsers reach it by https, so that cookies go by https alone.
        max_sweeps: How many sweeps that it started run at once.
        max_waiting: How many may wait for their turn.
        data_roots: Folders, or beginnings of URLs, in which the data and models of submissions may be.
        places: Sections of the config that submissions may set though they say where sweeps run and write.
        mlflow_url, optuna_url: Where MLflow's pages and optuna-dashboard are to be seen; None: nowhere.
        ray_jobs: Address of a Ray cluster's job server, as in `http://head:8265`; None: sweeps are local processes.
        answer_s: How long an action waits for a driver's answer, in seconds.
        body_bytes: Size of the largest request.
    """

    place: Place
    token: str = field(repr=False)
    host: str = "127.0.0.1"
    port: int = 8080
    names: tuple[str, ...] = ()
    secure: bool = False
    max_sweeps: int = 1
    max_waiting: int = 100
    data_roots: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    mlflow_url: str | None = None
    optuna_url: str | None = None
    ray_jobs: str | None = None
    answer_s: float = 5.0
    body_bytes: int = 256 * 1024

    @property
    def folder(self) -> Path:
        """The service's own folder."""
        return self.place.output_dir / FOLDER

    @property
    def hosts(self) -> frozenset[str]:
        """Names that a Host header may have."""
        own = set(LOOPBACK) if self.host in LOOPBACK else {self.host}
        return frozenset(name.lower() for name in (*own, *self.names))

    @property
    def rules(self) -> Rules:
        """What submissions may say."""
        urls = tuple(root for root in self.data_roots if "://" in root)
        folders = tuple(str(Path(root).expanduser().resolve()) for root in self.data_roots if "://" not in root)
        return Rules(roots=folders, closed=(str(self.folder.resolve()),), urls=urls, places=self.places)
