"""A server in a process of its own, as `hpo serve` runs it."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import socket
import subprocess
from pathlib import Path
from types import TracebackType

import httpx

from dashboards.service.security.token import TOKEN
from tests.chaos.driving import ENVIRONMENT, HPO
from tests.waiting import wait_for


class Server:
    """A context manager; at its end the server is killed, unless it was."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.folder, self.options, self.log = folder, options, folder / "serve.log"
        self.port = _free_port()
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, and wait until it answers."""
        self.folder.mkdir(parents=True, exist_ok=True)
        place = ("--port", str(self.port), "--output-dir", str(self.folder))
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                [HPO, "serve", *place, *self.options],
                stdout=output,
                stderr=subprocess.STDOUT,
                env=ENVIRONMENT,
                cwd=Path(__file__).parents[3],
            )
        wait_for(self._answers, "the server")

    def kill(self) -> None:
        """Kill it, as the kernel does when memory is short."""
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def link(self) -> str:
        """What it printed when it was first started, for a browser to open."""
        found = re.search(r"http://\S+token=\S+", self.log.read_text())
        assert found is not None, self.log.read_text()
        return found.group()

    @property
    def token(self) -> str:
        return (self.folder / "service" / TOKEN).read_text().strip()

    def get(self, path: str) -> httpx.Response:
        return self._client().get(f"/api/v1{path}")

    def post(self, path: str, body: object = None, **headers: str) -> httpx.Response:
        return self._client().post(f"/api/v1{path}", json=body, headers=headers)

    def _client(self) -> httpx.Client:
        headers = {"Authorization": f"Bearer {self.token}"}
        return httpx.Client(base_url=self.address, headers=headers, timeout=180)

    def _answers(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, self.log.read_text()
        with contextlib.suppress(httpx.TransportError):
            return httpx.get(f"{self.address}/health").status_code == 200
        return False

    def __enter__(self) -> Server:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process is not None and self.process.poll() is None:
            os.kill(self.process.pid, signal.SIGKILL)
            self.process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
