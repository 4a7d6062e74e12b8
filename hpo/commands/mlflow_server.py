"""`hpo mlflow-server`: an MLflow server that sweeps of several machines write to."""

from __future__ import annotations

import argparse
from pathlib import Path

from rich.console import Console

from hpo.commands.ui import add_address
from hpo.errors import InputError
from hpo.ledger import shown
from hpo.place import add_output_dir
from hpo.tracking.server import Server
from hpo.tracking.store import database_problem

FOLDER = "mlflow-server"  # In the output folder, beside what sweeps without a server write.


def run(arguments: list[str], console: Console) -> int:
    """Serve MLflow until it is stopped. Arguments: see `hpo mlflow-server --help`."""
    given = _parse(arguments)
    folder = Path(given.output_dir).resolve() / FOLDER
    store = given.store or f"sqlite:///{folder / 'mlflow.db'}"
    problem = database_problem("--store", store)
    if problem is not None:
        raise InputError([problem])
    if given.store is None or given.artifacts is None:
        folder.mkdir(parents=True, exist_ok=True)
    address = f"http://{given.host}:{given.port}"
    console.print(f"MLflow server at {address} with {shown(store)} (Ctrl-C ends it)", soft_wrap=True)
    console.print(f"sweeps write to it with:  hpo sweep tracking=server tracking.uri={address}", soft_wrap=True)
    Server(
        given.host,
        given.port,
        store,
        given.artifacts or str(folder / "artifacts"),
        workers=given.workers,
        allowed_hosts=given.allowed_hosts,
    ).become()


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="hpo mlflow-server", description="An MLflow server for sweeps to write to.")
    add_address(parser)
    parser.add_argument(
        "--store", metavar="URL", help="database, as in postgresql+psycopg://user@host/mlflow (SQLite in --output-dir)"
    )
    parser.add_argument(
        "--artifacts", metavar="PLACE", help="folder or object store of the files (a folder in --output-dir)"
    )
    parser.add_argument("--workers", type=int, default=1, help="processes that answer (%(default)s)")
    parser.add_argument(
        "--allowed-hosts", metavar="NAMES", help="names under which others may call it, beside private addresses"
    )
    add_output_dir(parser)
    return parser.parse_args(arguments)
