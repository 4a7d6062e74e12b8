"""`hpo optuna`: optuna-dashboard on the same ledger, to look at."""

from __future__ import annotations

import argparse
import logging
import socketserver
from collections.abc import Callable, Iterable
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from rich.console import Console

from hpo.errors import InputError
from hpo.results import add_place, place_of

HOST, PORT = "127.0.0.1", 8081
LOOPBACK = ("127.0.0.1", "localhost")
READING = ("GET", "HEAD")
log = logging.getLogger(__name__)

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def run(arguments: list[str], console: Console) -> int:
    """Serve optuna-dashboard until it is stopped. Arguments: [--port N] [--output-dir DIR] [--ledger URL]."""
    parser = argparse.ArgumentParser(
        prog="hpo optuna",
        description="optuna-dashboard with the sweeps of a ledger, for this machine, to look at alone.",
    )
    parser.add_argument("--port", type=int, default=PORT, help="port (%(default)s)")
    add_place(parser)
    given = parser.parse_args(arguments)
    place = place_of(given)
    if not place.names():
        raise InputError.one("--output-dir", f"no sweep in {place.output_dir} yet", "begin one: hpo sweep")
    server = serving(place.ledger_url, given.port)
    console.print(f"optuna-dashboard at http://{HOST}:{server.server_port} (Ctrl-C ends it)")
    with server:
        server.serve_forever()
    return 0


def serving(url: str, port: int) -> WSGIServer:
    """The server, listening.

    Args:
        url: The ledger's database.
        port: 0: any that is free.

    Raises:
        InputError: optuna-dashboard is not installed, or the port is taken.
    """
    try:
        from optuna_dashboard import wsgi  # type: ignore[import-untyped]  # noqa: PLC0415  # not installed everywhere
    except ModuleNotFoundError as error:
        hint = "pip install 'transformer-hpo[optuna]'"
        raise InputError.one("hpo optuna", "optuna-dashboard is not installed", hint) from error
    try:
        return make_server(HOST, port, guarded(wsgi(url)), _Server, _Handler)
    except (OSError, OverflowError) as error:
        raise InputError.one("--port", f"cannot listen at {HOST}:{port}: {error}", "take another") from error


def guarded(application: Application) -> Application:
    """The same to look at alone, for this machine alone.

    optuna-dashboard has no login, and can rename and delete studies and end trials, which only a sweep's driver may do.
    The Host header is checked, since any web site may have a name of its own that leads here.
    """

    def guard(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        host = environ.get("HTTP_HOST", "").rpartition(":")[0] or environ.get("HTTP_HOST", "")
        if host not in LOOPBACK:
            return _refused(start, "421 Misdirected Request", "the Host header names another machine")
        if environ["REQUEST_METHOD"] not in READING:
            return _refused(start, "403 Forbidden", "this is to look at alone; change sweeps with hpo")
        return application(environ, start)

    return guard


def _refused(start: Callable[..., Any], status: str, reason: str) -> list[bytes]:
    log.warning("refused: %s", reason)
    start(status, [("Content-Type", "application/json")])
    return [f'{{"reason": "{reason}"}}'.encode()]  # As optuna-dashboard's page reads it.


class _Server(socketserver.ThreadingMixIn, WSGIServer):
    """Answers several at once: browsers keep connections open."""

    daemon_threads = True


class _Handler(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # its name above
        log.debug(format, *args)
