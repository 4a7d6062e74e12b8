"""Earlier sweeps as MLflow shows them: for those whose ledger is gone."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mlflow.entities import Run
from mlflow.tracking import MlflowClient

from hpo.errors import TrackingError
from hpo.history.source import GROUPS, About, FoundTrial
from hpo.redact import Redactor
from hpo.tracking.client import open_client
from hpo.tracking.retry import TROUBLE, reason_of
from hpo.tracking.role import TRIAL
from hpo.tracking.telling import PARAM_NAMES

MOST_RUNS = 1000  # The first of a sweep's trials; each costs two more calls.
PARENT = "mlflow.parentRunId"
OLDEST, NEWEST = "attributes.start_time ASC", "attributes.start_time DESC"
SECTIONS = ("data", *GROUPS, "train")


def find(
    uri: str, experiment: str, source: str, name: str, natural: Mapping[str, bool]
) -> tuple[About, list[FoundTrial], float] | None:
    """A sweep among the runs of an experiment; of several with one name, the newest.

    Args:
        uri: MLflow's tracking URI.
        source: What the sweep is called in what is found.
        name: What it was called when it ran.
        natural: Whether more is better, by metric: what `sweep.direction=auto` meant.

    Returns:
        What it is of, its trials, and their full length in epochs or steps; None when it is not there.

    Raises:
        TrackingError: MLflow does not answer.
    """
    if uri.startswith("sqlite:///") and not Path(uri.removeprefix("sqlite:///")).is_file():
        return None
    try:
        client = open_client(uri)
        found = client.get_experiment_by_name(experiment)
        if found is None:
            return None
        parent = _parent(client, found.experiment_id, name)
        if parent is None:
            return None
        inside = f"tags.`{PARENT}` = '{parent.info.run_id}' and tags.{TRIAL.tag} LIKE '%'"
        children = client.search_runs([found.experiment_id], inside, max_results=MOST_RUNS, order_by=[OLDEST])
        return _read(client, source, parent, [r for r in children if r.data.tags[TRIAL.tag].isdigit()], natural)
    except TROUBLE as error:
        raise TrackingError(f"MLflow does not answer at {Redactor().text(uri)}: {reason_of(error)}") from error


def _parent(client: MlflowClient, experiment_id: str, name: str) -> Run | None:
    """The newest of the sweeps' own runs. It began before its trials: of a long sweep it is on a later page."""
    token = None
    while True:
        page = client.search_runs(
            [experiment_id], f"tags.sweep = '{name}'", max_results=MOST_RUNS, order_by=[NEWEST], page_token=token
        )
        found = next((run for run in page if PARENT not in run.data.tags), None)
        token = page.token
        if found is not None or not token:
            return found


def _read(
    client: MlflowClient, source: str, parent: Run, children: list[Run], natural: Mapping[str, bool]
) -> tuple[About, list[FoundTrial], float] | None:
    given = {key: _value(text) for key, text in parent.data.params.items()}
    metric = given.get("sweep.metric") or _metric(children)
    if metric is None:
        return None
    values = {key: value for key, value in given.items() if key.split(".")[0] in SECTIONS}
    values |= {group: given[f"{group}.name"] for group in GROUPS if f"{group}.name" in given}
    direction = given.get("sweep.direction", "auto")
    maximize = natural.get(metric, True) if direction == "auto" else direction == "maximize"
    names = json.loads(parent.data.tags.get(PARAM_NAMES, "{}"))  # Older sweeps have dotted names in each run.
    searched = frozenset(names.get(key, key) for run in children for key in run.data.params)
    unit = "epoch" if given.get("train.max_steps") is None else "step"
    longest = given.get("train.epochs" if unit == "epoch" else "train.max_steps")
    rows = parent.data.tags.get("data_fingerprint", "")
    about = About(source, metric, maximize, str(given.get("data.task", "")), values, searched, rows)
    trials = [_trial(client, run, metric, unit, names) for run in sorted(children, key=lambda run: run.info.start_time)]
    return about, trials, float(longest or 1)


def _metric(children: list[Run]) -> str | None:
    """The optimized metric: the one whose best value a trial's run has."""
    names = [key.removeprefix("best/") for run in children for key in run.data.metrics if key.startswith("best/")]
    return names[0] if names else None


def _trial(client: MlflowClient, run: Run, metric: str, unit: str, names: Mapping[str, str]) -> FoundTrial:
    points = client.get_metric_history(run.info.run_id, f"eval/{metric}")
    epochs = {point.step: point.value for point in client.get_metric_history(run.info.run_id, "epoch")}
    curve = {
        float(epochs.get(point.step, point.step) if unit == "epoch" else point.step): point.value
        for point in points
        if math.isfinite(point.value)
    }
    params = {names.get(key, key): _value(text) for key, text in run.data.params.items()}
    tags = run.data.tags
    return FoundTrial(params, tuple(sorted(curve.items())), tags.get("state", "running"), tags.get("cause") or None)


def _value(text: str) -> Any:
    """A parameter as it was before MLflow took it as text."""
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        return text
