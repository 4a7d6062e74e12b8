"""`hpo serve`: pages and an API for sweeps, for people and for programs."""

from __future__ import annotations

import argparse
import logging
import socket
import sys
from collections.abc import Sequence
from pathlib import Path

import uvicorn
from rich.console import Console

from dashboards.service.app import create_app
from dashboards.service.security.token import TOKEN, token_at
from dashboards.service.settings import FOLDER, LOOPBACK, Settings
from hpo.control import PLACES, open_environment
from hpo.errors import InputError, Problem
from hpo.exitcode import ExitCode
from hpo.results import Place, Redactor, add_place, place_of

DATA = Path("data")  # Opened to submissions where it is there and no other folder is named.
LEAVE_S = 3
EVERYWHERE = ("0.0.0.0", "::")  # Listens at all addresses of the machine; none of them is a name.


def run(arguments: list[str], console: Console) -> int:
    """Serve until Ctrl-C; the sweeps go on. Arguments: see `hpo serve --help`."""
    given = _parser().parse_args(arguments)
    place = place_of(given)
    _check(given)
    token, made = token_at(place.output_dir / FOLDER)
    settings = _settings(given, place, token)
    _log()
    listening = _listen(settings)
    tls, proxied = given.tls_cert is not None, given.trusted_proxy is not None
    port = listening.getsockname()[1]
    address = address_of(settings.host, port, given.allow_host, tls=tls, proxied=proxied)
    _greet(address, settings, made, console)
    server = uvicorn.Server(
        uvicorn.Config(
            create_app(settings),
            ssl_certfile=given.tls_cert,
            ssl_keyfile=given.tls_key,
            log_config=None,
            access_log=False,  # It would write the link's token.
            server_header=False,
            proxy_headers=given.trusted_proxy is not None,
            forwarded_allow_ips=given.trusted_proxy,
            timeout_graceful_shutdown=LEAVE_S,
            limit_concurrency=500,
        )
    )
    server.run([listening])
    return ExitCode.OK if server.started else ExitCode.FAILED


def _parser() -> argparse.ArgumentParser:
    text = "Pages and an API for sweeps. Ctrl-C ends it; the sweeps go on."
    parser = argparse.ArgumentParser(prog="hpo serve", description=text)
    add = parser.add_argument
    add("--host", default=Settings.host, help="address to listen on (%(default)s)")
    add("--port", type=int, default=Settings.port, help="port (%(default)s)")
    add_place(parser)
    text = "sweeps that it started that run at once (%(default)s)"
    add("--max-sweeps", type=int, default=Settings.max_sweeps, metavar="N", help=text)
    add("--tls-cert", metavar="FILE", help="certificate, to be reached from other machines")
    add("--tls-key", metavar="FILE", help="its key")
    add("--insecure-http", action="store_true", help="be reached from other machines without TLS, as behind a proxy")
    add("--allow-host", action="append", default=[], metavar="NAME", help="name by which it is asked; may be repeated")
    add("--trusted-proxy", metavar="ADDRESS", help="proxy whose word on the browser's address and https is taken")
    text = f"folder, or beginning of URLs, where submissions may have data; may be repeated (./{DATA} if it is there)"
    add("--data-root", action="append", default=[], metavar="ROOT", help=text)
    text = f"let submissions set it: {', '.join(PLACES)}; may be repeated"
    add("--allow", action="append", default=[], choices=PLACES, metavar="SECTION", help=text)
    add("--ray-jobs", metavar="URL", help="job server of a Ray cluster, as in http://head:8265, to run sweeps there")
    add("--mlflow-url", metavar="URL", help="where the MLflow UI is to be seen, for links")
    add("--optuna-url", metavar="URL", help="the same of optuna-dashboard")
    return parser


def _check(given: argparse.Namespace) -> None:
    """Everything that is wrong with the options."""
    problems = []
    if not 0 <= given.port <= 65535:
        problems.append(Problem("--port", f"must be 0 to 65535, got {given.port}"))
    if given.max_sweeps < 1:
        problems.append(Problem("--max-sweeps", f"must be at least 1, got {given.max_sweeps}"))
    if (given.tls_cert is None) != (given.tls_key is None):
        problems.append(Problem("--tls-cert, --tls-key", "must be given together"))
    for flag, path in (("--tls-cert", given.tls_cert), ("--tls-key", given.tls_key)):
        if path is not None and not Path(path).is_file():
            problems.append(Problem(flag, f"no such file: {path}"))
    if given.host not in LOOPBACK and given.tls_cert is None and not given.insecure_http:
        rule = f"other machines could reach {given.host}, and whoever listens on the way would read the token"
        hint = "give --tls-cert and --tls-key; or --insecure-http where a proxy speaks TLS in front of it"
        problems.append(Problem("--host", rule, hint))
    if given.ray_jobs is not None:
        try:
            open_environment(place_of(given))
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(problems)


def _settings(given: argparse.Namespace, place: Place, token: str) -> Settings:
    roots = given.data_root or ([str(DATA)] if DATA.is_dir() else [])
    own = [] if given.host in (*LOOPBACK, *EVERYWHERE) else [given.host]
    here = [] if given.host in LOOPBACK else [socket.gethostname(), socket.getfqdn(), *LOOPBACK]
    return Settings(
        place=place,
        token=token,
        host=given.host,
        port=given.port,
        names=tuple(dict.fromkeys([*own, *here, *given.allow_host])),
        secure=given.tls_cert is not None or given.trusted_proxy is not None,
        max_sweeps=given.max_sweeps,
        data_roots=tuple(roots),
        places=tuple(given.allow),
        ray_jobs=given.ray_jobs,
        mlflow_url=given.mlflow_url,
        optuna_url=given.optuna_url,
    )


def _listen(settings: Settings) -> socket.socket:
    """The open port, before anything is said of it."""
    try:
        family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
        return socket.create_server((settings.host, settings.port), family=family, backlog=128)
    except OSError as error:
        where = f"{settings.host}:{settings.port}"
        hint = "another server has it; take another: --port 8081"
        raise InputError.one("--port", f"cannot listen at {where}: {error.strerror}", hint) from error


def address_of(host: str, port: int, names: Sequence[str], *, tls: bool, proxied: bool) -> str:
    """Where a browser finds it: by its first name, where others reach it by one; behind a proxy at the port of https.

    Args:
        host, port: Where it listens.
        names: By which it is asked, beside the host.
        tls: Whether it speaks TLS itself.
        proxied: Whether browsers reach it through a proxy that does.
    """
    if proxied and names:
        return f"https://{names[0]}/"
    reached = host not in LOOPBACK
    name = names[0] if names and reached else socket.getfqdn() if host in EVERYWHERE else host
    shown = f"[{name}]" if ":" in name else name
    return f"{'https' if tls else 'http'}://{shown}:{port}/"


def _greet(address: str, settings: Settings, made: bool, console: Console) -> None:
    """Where it is; with the token the first time, and never again."""
    file = settings.folder / TOKEN
    if made:
        console.print(f"open {address}?token={settings.token}", highlight=False, markup=False, soft_wrap=True)
        text = f"the link has the token, which is not shown again; it is kept in {file}, for you alone"
        console.print(text, highlight=False, markup=False, soft_wrap=True)
    else:
        console.print(f"open {address} with the token of {file}", highlight=False, markup=False, soft_wrap=True)
    console.print("Ctrl-C ends the server; sweeps go on")


class Masking(logging.Formatter):
    """Leaves secrets out of every line, of tracebacks too."""

    redactor = Redactor()

    def format(self, record: logging.LogRecord) -> str:
        """As the record is, masked."""
        return self.redactor.text(super().format(record))


def _log() -> None:
    """What is refused and what goes wrong, to standard error."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Masking("%(asctime)s %(levelname)s %(message)s"))
    for name in ("hpo.service", "uvicorn.error"):
        logger = logging.getLogger(name)
        logger.addHandler(handler)
        logger.setLevel(logging.WARNING)
        logger.propagate = False
