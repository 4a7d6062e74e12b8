"""Where MLflow writes, and whether it answers."""

from __future__ import annotations

import urllib.error
import urllib.request
from pathlib import Path

from hpo.config.schema import TrackingSpec
from hpo.errors import Problem

ANSWER_S = 5.0


def tracking_uri(spec: TrackingSpec, output_dir: str | Path) -> str:
    """The tracking URI: the config's, else SQLite in the output folder."""
    return spec.uri or f"sqlite:///{Path(output_dir).resolve() / 'mlflow.db'}"


def artifact_dir(spec: TrackingSpec, output_dir: str | Path) -> Path | None:
    """Folder of the artifacts; None where a server decides."""
    return None if spec.uri else Path(output_dir) / "mlflow-artifacts"


def check_reachable(spec: TrackingSpec) -> list[Problem]:
    """Whether a server, where one is named, answers within seconds."""
    uri = spec.uri
    if uri is None or not uri.startswith(("http://", "https://")):
        return []
    try:
        with urllib.request.urlopen(f"{uri.rstrip('/')}/health", timeout=ANSWER_S):
            return []
    except (urllib.error.URLError, TimeoutError, ValueError, ConnectionError) as error:
        reason = getattr(error, "reason", error)
        hint = "start it, or leave tracking.uri out to write to SQLite in the output folder"
        return [Problem("tracking.uri", f"no MLflow server answers at {uri}: {reason}", hint)]
