"""Addresses inside the MLflow UI."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

TRAINING = "workflowType=machine_learning"  # The UI opens with its views for agents otherwise.


def view_key(metric: str, *, ranked: bool) -> str:
    """By which a saved view is known.

    Args:
        ranked: Whether it ranks the trials of all sweeps; if not, it shows each inside its sweep.
    """
    kind = "best" if ranked else "sweeps"
    return f"hpo-{kind}-{re.sub(r'[^a-z0-9]+', '-', metric.lower()).strip('-')}"


def runs_url(base: str, about: Mapping[str, Any]) -> str:
    """The table of sweeps, with the columns that matter for one of them.

    Args:
        base: Where the UI is: `http://127.0.0.1:5000`.
        about: What the ledger knows of the sweep.

    Returns:
        The list of experiments where the sweep is in none yet.
    """
    experiment = about.get("mlflow_experiment_id")
    if not experiment:
        return f"{base}/#/experiments?{TRAINING}"
    view = view_key(str(about["metric"]), ranked=False)
    return f"{base}/#/experiments/{experiment}/runs?{TRAINING}&viewStateShareKey={view}"
