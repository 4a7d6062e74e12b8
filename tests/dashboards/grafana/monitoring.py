"""A Prometheus of the tests' own, from Debian's package."""

from __future__ import annotations

import shutil
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from tests.waiting import wait_for

PATIENCE_S = 60.0


def program(name: str) -> str:
    """Where it is."""
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not installed: apt-get install prometheus")
    return found


class Prometheus:
    """One that reads the given targets every second.

    Args:
        folder: For its data, config and log.
        jobs: As `scrape_configs` has them.
        rules: File of alert rules.
    """

    def __init__(self, folder: Path, jobs: list[dict[str, Any]], rules: Path) -> None:
        self._log = folder / "log"
        config = folder / "prometheus.yml"
        every = {"scrape_interval": "1s", "scrape_timeout": "1s", "evaluation_interval": "1s"}
        config.write_text(yaml.safe_dump({"global": every, "rule_files": [str(rules)], "scrape_configs": jobs}))
        port = _free_port()
        command = [program("prometheus"), f"--config.file={config}", f"--storage.tsdb.path={folder / 'data'}"]
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [*command, f"--web.listen-address=127.0.0.1:{port}"], stdout=log, stderr=subprocess.STDOUT
            )
        self._client = httpx.Client(base_url=f"http://127.0.0.1:{port}/api/v1", trust_env=False)
        self.wait(lambda: self.ask("status/buildinfo") is not None)

    def ask(self, path: str, **query: object) -> Any:
        """What its API answers; None: it does not, yet."""
        try:
            answer = self._client.get(f"/{path}", params=query)  # type: ignore[arg-type]
        except httpx.TransportError:
            return None
        body = answer.json() if answer.headers.get("content-type") == "application/json" else {}
        assert answer.status_code != 400, body
        return body["data"] if answer.status_code == 200 else None

    def query(self, expression: str) -> list[dict[str, Any]]:
        """The series that an expression gives now.

        Raises:
            AssertionError: It is no PromQL.
        """
        return list(self.ask("query", query=expression)["result"])

    def wait(self, condition: Callable[[], bool]) -> None:
        """Wait until it holds."""
        wait_for(lambda: self._process.poll() is not None or condition(), self._log.read_text, PATIENCE_S)
        assert self._process.poll() is None, self._log.read_text()

    def close(self) -> None:
        """End it."""
        self._client.close()
        self._process.terminate()
        self._process.wait(PATIENCE_S)


@contextmanager
def exposed(text: str) -> Iterator[str]:
    """Serve what a node of Ray said. Yields host and port."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:  # http.server calls it so
            self.send_response(200)
            self.send_header("content-type", "text/plain; version=0.0.4")
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=partial(server.serve_forever, poll_interval=0.05), daemon=True)
    thread.start()
    yield f"127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
