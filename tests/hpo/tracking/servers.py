"""A real MLflow server, and a proxy before it that fails as networks and servers do."""

import http.client
import os
import signal
import socket
import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from hpo.tracking.server import Server
from tests.waiting import wait_for

START_S = 60.0
LATE_S = 2.0
FORWARDED = ("Content-Type", "Content-Length", "Accept")

# What a proxy does with a request, by method and path; None: forward it and its answer.
Fault = Callable[[str, str], str | None]


def free_port() -> int:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        return int(server.getsockname()[1])


def answers(uri: str) -> bool:
    try:
        with urllib.request.urlopen(f"{uri}/health", timeout=2):
            return True
    except (urllib.error.URLError, OSError):
        return False


def end_group(process: subprocess.Popen[bytes]) -> None:
    """End a process that leads a group, and those that it started."""
    os.killpg(process.pid, signal.SIGTERM)
    process.wait(20)


class MlflowServer:
    """A server with SQLite and its files in a folder, that can be stopped and started again at the same address."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.folder = folder
        self.server = Server("127.0.0.1", self.port, f"sqlite:///{folder / 'mlflow.db'}", str(folder / "artifacts"))
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def uri(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        environment = {key: value for key, value in os.environ.items() if not key.startswith("MLFLOW_")}
        with (self.folder / "server.log").open("ab") as log:
            self.process = subprocess.Popen(
                self.server.command(),
                env=self.server.environment(environment),
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        wait_for(lambda: answers(self.uri), "the MLflow server", START_S)

    def stop(self) -> None:
        if self.process is not None:
            end_group(self.process)
            self.process = None


class FaultyProxy:
    """Forwards requests to a server, but for those that its `fault` says something about.

    `refuse`: 500 without forwarding. `forget`: forward, then 500. `hang up`: forward, then close without an answer.
    `late`: 504 at once, and forward `LATE_S` later. `slow`: forward at once, and answer `LATE_S` later.
    """

    def __init__(self, port: int, own_port: int = 0) -> None:
        self.fault: Fault = lambda _method, _path: None
        self.faults = 0
        self._late: list[threading.Thread] = []
        proxy = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *arguments: object) -> None:
                pass

            def answer(self) -> None:
                proxy.handle(self, port)

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = answer  # noqa: N815  # http.server's names

        self.server = ThreadingHTTPServer(("127.0.0.1", own_port), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def uri(self) -> str:
        return f"http://127.0.0.1:{self.server.server_address[1]}"

    def handle(self, request: BaseHTTPRequestHandler, port: int) -> None:
        body = request.rfile.read(int(request.headers.get("Content-Length") or 0))
        headers = {name: request.headers[name] for name in FORWARDED if name in request.headers}
        send = partial(forward, port, request.command, request.path, body, headers)
        fault = self.fault(request.command, request.path)
        self.faults += fault is not None
        if fault == "late":
            self._late.append(threading.Timer(LATE_S, send))
            self._late[-1].start()
        status, answer = (504 if fault == "late" else 500), b"{}"
        if fault in (None, "forget", "hang up", "slow"):
            real = send()
            status, answer = (500, b"{}") if fault == "forget" else real
        if fault == "slow":
            time.sleep(LATE_S)  # The fault itself.
        if fault == "hang up":
            request.close_connection = True
            return
        with suppress(ConnectionError):  # The client may have gone.
            request.send_response(status)
            request.send_header("Content-Type", "application/json")
            request.send_header("Content-Length", str(len(answer)))
            request.end_headers()
            request.wfile.write(answer)

    def wait_for_late(self) -> None:
        """Until what came late has come."""
        for thread in self._late:
            thread.join()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.wait_for_late()


class Faults:
    """The first so many requests to each of some endpoints go wrong in the same way."""

    def __init__(self, kind: str, times: int, endings: tuple[str, ...]) -> None:
        self.kind = kind
        self.endings = endings
        self.left = dict.fromkeys(endings, times)
        self.lock = threading.Lock()

    def __call__(self, method: str, path: str) -> str | None:
        name = path.partition("?")[0].rpartition("/mlflow/")[2]
        with self.lock:
            if self.left.get(name, 0) == 0:
                return None
            self.left[name] -= 1
            return self.kind


def forward(port: int, method: str, path: str, body: bytes, headers: dict[str, str]) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        return answer.status, answer.read()
    except OSError:
        return 502, b"{}"
    finally:
        connection.close()
