"""Where MLflow writes, and whether it answers."""

from __future__ import annotations

import urllib.error
import urllib.request
from pathlib import Path

from sqlalchemy import create_engine
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError

from hpo.config.schema import TrackingSpec
from hpo.errors import Problem
from hpo.ledger import shown
from hpo.redact import Redactor

ANSWER_S = 5.0
DATABASES = ("sqlite", "postgresql", "mysql", "mssql")  # Those that MLflow has tables for.


def tracking_uri(spec: TrackingSpec, output_dir: str | Path) -> str:
    """The tracking URI: the config's, else SQLite in the output folder."""
    return spec.uri or f"sqlite:///{Path(output_dir).resolve() / 'mlflow.db'}"


def artifact_dir(spec: TrackingSpec, output_dir: str | Path) -> Path | None:
    """Folder of the artifacts; None where a server decides."""
    own = spec.uri is None or spec.uri.startswith(("sqlite:", "postgresql", "mysql", "mssql"))  # No server decides.
    return Path(output_dir) / "mlflow-artifacts" if own else None


def check_reachable(spec: TrackingSpec) -> list[Problem]:
    """Whether a server or a database, where one is named, answers within seconds."""
    uri = spec.uri
    if uri is None:
        return []
    if uri.startswith(DATABASES):
        problem = database_problem("tracking.uri", uri)
        return [] if problem is None else [problem]
    if not uri.startswith(("http://", "https://")):
        return []
    try:
        with urllib.request.urlopen(f"{uri.rstrip('/')}/health", timeout=ANSWER_S):
            return []
    except (urllib.error.URLError, TimeoutError, ValueError, ConnectionError) as error:
        reason = getattr(error, "reason", error)
        hint = "start it, or leave tracking.uri out to write to SQLite in the output folder"
        return [Problem("tracking.uri", f"no MLflow server answers at {Redactor().text(uri)}: {reason}", hint)]


def database_problem(path: str, url: str) -> Problem | None:
    """Why MLflow could not use a database; None when it can. A SQLite file need not exist.

    Args:
        path: Name of the option that the URL was given by.
    """
    try:
        if make_url(url).get_backend_name() not in DATABASES:
            return Problem(path, f"MLflow has no tables for {shown(url)}", f"one of: {', '.join(DATABASES)}")
        if not url.startswith("sqlite"):
            engine = create_engine(url)
            with engine.connect():
                pass
            engine.dispose()
    except (ArgumentError, NoSuchModuleError, ImportError) as error:
        return Problem(
            path, f"no database URL that can be used: {error}", "as in postgresql+psycopg://user@host/mlflow"
        )
    except SQLAlchemyError as error:
        cause = getattr(error, "orig", None) or error
        return Problem(path, f"{shown(url)} does not answer: {' '.join(str(cause).split())}", "start it")
    return None
