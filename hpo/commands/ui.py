"""`hpo ui`: the MLflow UI on what the sweeps of an output folder logged."""

from __future__ import annotations

import argparse

from rich.console import Console

from hpo.config.schema import LocalTracking
from hpo.errors import InputError
from hpo.place import Place, add_output_dir
from hpo.tracking.links import runs_url
from hpo.tracking.server import Server
from hpo.tracking.store import artifact_dir, tracking_uri


def run(arguments: list[str], console: Console) -> int:
    """Serve the MLflow UI until it is stopped. Arguments: [--port N] [--host H] [--output-dir DIR]."""
    parser = argparse.ArgumentParser(prog="hpo ui", description="The MLflow UI with what the sweeps logged.")
    add_address(parser)
    add_output_dir(parser)
    given = parser.parse_args(arguments)
    spec = LocalTracking()
    if not (given.output_dir / "mlflow.db").is_file():
        raise InputError.one("output_dir", f"no MLflow record in {given.output_dir}", "run a sweep first: hpo sweep")
    base = f"http://{given.host}:{given.port}"
    console.print(f"MLflow UI at {base} (Ctrl-C ends it)")
    store, artifacts = tracking_uri(spec, given.output_dir), str(artifact_dir(spec, given.output_dir))
    console.print(f"table of sweeps: {_sweeps_url(base, Place(given.output_dir.resolve()), store)}", soft_wrap=True)
    Server(given.host, given.port, store, artifacts, proxied=False).become()


def _sweeps_url(base: str, place: Place, store: str) -> str:
    """The table of sweeps, with the columns of the newest one in the folder's own ledger that was tracked in it."""
    names = place.names() if (place.output_dir / "ledger.db").is_file() else []
    found = (place.read(name).about for name in names)
    return runs_url(base, next((about for about in found if about["mlflow_uri"] == store), {}))


def add_address(parser: argparse.ArgumentParser) -> None:
    """Options for where to listen."""
    parser.add_argument("--port", type=int, default=5000, help="port (%(default)s)")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (%(default)s)")
