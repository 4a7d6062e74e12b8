"""A PostgreSQL server of the tests' own, from Debian's packages: started here, ended here, on a free port of 127.0.0.1.

A test module takes it by `from tests.postgres import postgres`.
"""

import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.waiting import wait_for

USER = "hpo"
UNPRIVILEGED = "postgres"  # the server refuses to run as root
PATIENCE_S = 60.0
# Small, and without flushes to the disk: a killed server loses nothing, only a machine that loses its power would.
SETTINGS = {"listen_addresses": "127.0.0.1", "unix_socket_directories": "", "fsync": "off", "shared_buffers": "32MB"}


class Postgres:
    """One server with its folder.

    Attributes:
        port: The same after each start.
    """

    def __init__(self, binaries: Path) -> None:
        self._binaries = binaries
        self._as_user = {"user": UNPRIVILEGED, "group": UNPRIVILEGED, "extra_groups": []} if os.geteuid() == 0 else {}
        self._password = secrets.token_hex(8)
        self._folder = Path(tempfile.mkdtemp(prefix="hpo-postgres-"))
        self._server: subprocess.Popen[bytes] | None = None
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        self._initialize()

    def url(self, database: str) -> str:
        """What Optuna, SQLAlchemy and MLflow take."""
        return f"postgresql://{USER}:{self._password}@127.0.0.1:{self.port}/{database}"

    def new_database(self) -> str:
        """An empty database; returns its URL."""
        name = f"d{secrets.token_hex(6)}"
        connection = psycopg.connect(self.url("postgres"), autocommit=True)
        connection.execute(f"CREATE DATABASE {name}")
        connection.close()
        return self.url(name)

    def start(self) -> None:
        """Start it, and wait until it takes connections."""
        settings = [word for name, value in SETTINGS.items() for word in ("-c", f"{name}={value}")]
        command = [self._binaries / "postgres", "-D", self._folder / "data", "-p", str(self.port), *settings]
        with (self._folder / "log").open("ab") as log:
            self._server = subprocess.Popen(command, stdout=log, stderr=log, cwd=self._folder, **self._as_user)
        wait_for(lambda: self._ended or self._answers, (self._folder / "log").read_text, PATIENCE_S)
        assert not self._ended, (self._folder / "log").read_text()

    @property
    def _ended(self) -> bool:
        return self._server is None or self._server.poll() is not None

    @property
    def _answers(self) -> bool:
        try:
            psycopg.connect(self.url("postgres")).close()
        except psycopg.OperationalError:
            return False
        return True

    def stop(self, *, immediate: bool = False) -> None:
        """Stop it: connections are cut and transactions rolled back; immediate: as if it had crashed."""
        if self._server is None:
            return
        self._server.send_signal(signal.SIGQUIT if immediate else signal.SIGINT)
        self._server.wait(PATIENCE_S)
        self._server = None

    def restart(self, *, immediate: bool = False) -> None:
        """Stop and start."""
        self.stop(immediate=immediate)
        self.start()

    def remove(self) -> None:
        """Stop it and remove its folder."""
        self.stop(immediate=True)
        shutil.rmtree(self._folder, ignore_errors=True)

    def _initialize(self) -> None:
        password = self._folder / "password"
        password.write_text(self._password)
        if self._as_user:
            for path in (self._folder, password):
                shutil.chown(path, UNPRIVILEGED, UNPRIVILEGED)
        command = [self._binaries / "initdb", "-D", self._folder / "data", "-U", USER, "-A", "scram-sha-256"]
        command += ["--pwfile", password, "--encoding", "UTF8", "--locale", "C", "--no-sync"]
        subprocess.run(command, check=True, capture_output=True, cwd=self._folder, **self._as_user)


def installed() -> Path | None:
    """The newest installed server's programs."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]))
    return found[-1].parent if found else None


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A running server; a test that stops it starts it again."""
    binaries = installed()
    if binaries is None:
        pytest.skip("PostgreSQL is not installed: apt-get install postgresql")
    if os.geteuid() == 0 and UNPRIVILEGED not in {user.pw_name for user in pwd.getpwall()}:
        pytest.skip(f"root cannot run PostgreSQL, and there is no user {UNPRIVILEGED!r}")
    server = Postgres(binaries)
    try:
        server.start()
        yield server
    finally:
        server.remove()
