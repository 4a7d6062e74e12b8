"""Opens MLflow's client, so that it fails fast and leaves the waiting to the writer."""

from __future__ import annotations

import os

import mlflow
from mlflow.tracking import MlflowClient

# MLflow's own client would try a call again for minutes, and not look whether it had been carried out after all: a run
# could be made twice. A person's own values stand.
SETTINGS = {
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "0",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "30",  # Seconds; the artifact store behind a server may be slow.
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",  # A line a run, into the sweep's table.
}


def open_client(uri: str) -> MlflowClient:
    """A client of an MLflow server or store; of a store, the tables are made or brought up to date.

    Raises:
        MlflowException: The store does not answer, or the URI is none of MLflow's. Or another kind of `TROUBLE`.
    """
    for name, value in SETTINGS.items():
        os.environ.setdefault(name, value)
    mlflow.set_tracking_uri(uri)
    mlflow.set_registry_uri(uri)
    return MlflowClient(uri)


def repeats_by_itself() -> bool:
    """Whether MLflow's client tries failed calls again, as a person may have set it."""
    return os.environ.get("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0") != "0"
