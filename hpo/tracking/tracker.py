"""One sweep in MLflow: a parent run, a nested run a trial, told truthfully and by the same numbers as the ledger."""

from __future__ import annotations

import json
import math
import re
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import mlflow
from mlflow.entities import Metric, Param, RunTag
from mlflow.tracking import MlflowClient

from hpo.collapse import COLLAPSED
from hpo.ledger import State, TrialRecord
from hpo.tracking.writer import Batch, Writer

PARAM_CHARACTERS = 500
EXPERIMENT_TAGS = {"mlflow.experimentKind": "custom_model_development"}  # the UI's views for training, not for agents
FACT_METRICS = (
    "train_s",
    "eval_s",
    "wait_s",
    "load_s",
    "save_s",
    "peak_memory_mib",
    "trainable_parameters",
    "total_parameters",
)


class Tracker:
    """Observer of a search that shows it in MLflow.

    Args:
        uri: MLflow tracking URI.
        experiment: Name of the MLflow experiment; made when there is none.
        artifacts: Folder for the artifacts of an experiment made here; None: the server's own place.
    """

    def __init__(self, uri: str, experiment: str, sweep: str, metric: str, artifacts: Path | None) -> None:
        mlflow.set_tracking_uri(uri)
        mlflow.set_registry_uri(uri)
        self.client = MlflowClient(uri)
        self.metric = metric
        self.sweep = sweep
        self.experiment_id = self._experiment(experiment, artifacts)
        parent = self.client.create_run(self.experiment_id, run_name=sweep, tags={"mlflow.runName": sweep})
        self.run_id = str(parent.info.run_id)
        self.writer = Writer(self.client, self.experiment_id, self.run_id)

    def _experiment(self, name: str, artifacts: Path | None) -> str:
        found = self.client.get_experiment_by_name(name)
        if found is not None:
            return str(found.experiment_id)
        location = artifacts.resolve().as_uri() if artifacts is not None else None
        return str(self.client.create_experiment(name, artifact_location=location, tags=EXPERIMENT_TAGS))

    def describe(self, params: Mapping[str, Any], tags: Mapping[str, Any]) -> None:
        """Parameters and tags of the sweep's own run."""
        self.writer.put(Batch(None, params=_params(params), tags=_tags(tags)))

    def baselines(self, found: Iterable[Mapping[str, Any]]) -> None:
        """What the cheap baselines reach, as metrics of the sweep's own run."""
        values = {f"baseline/{b['name']}/{metric}": value for b in found for metric, value in b["metrics"].items()}
        self.writer.put(Batch(None, metrics=_metrics({_metric_name(name): v for name, v in values.items()}, 0)))

    def started(self, record: TrialRecord) -> None:
        """Make the trial's run."""
        name = f"{self.sweep} #{record.number}"
        tags = _tags({"trial": record.number, "sweep": self.sweep, "state": State.RUNNING.value})
        self.writer.put(Batch(record.number, name=name, params=_params(record.params), tags=tags))

    def evaluated(self, record: TrialRecord) -> None:
        """Write the newest evaluation."""
        entry = record.evaluations[-1]
        values = {f"eval/{name}": value for name, value in entry["metrics"].items()}
        values |= {"train/loss": entry["train_loss"], "train/learning_rate": entry["learning_rate"]}
        values |= {"train/samples_per_s": entry["samples_per_s"], "epoch": entry["epoch"]}
        values |= {f"time/{kind}": entry[kind] for kind in ("train_s", "eval_s", "wait_s") if kind in entry}
        self.writer.put(Batch(record.number, metrics=_metrics(values, int(entry["step"]))))

    def ended(self, record: TrialRecord) -> None:
        """Write how the trial ended, and its totals."""
        values = {f"total/{key}": record.facts[key] for key in FACT_METRICS if key in record.facts}
        if record.value is not None:
            values[f"best/{self.metric}"] = record.value
        tags: dict[str, Any] = {"state": record.state.value, "cause": record.cause.value if record.cause else ""}
        tags |= {key: record.facts[key] for key in ("device", "precision", COLLAPSED) if key in record.facts}
        if record.reason:
            tags["reason"] = record.reason[-4000:]
        self.writer.put(
            Batch(record.number, metrics=_metrics(values, record.steps), tags=_tags(tags), status=record.state.mlflow)
        )
        if record.value is not None:
            trial_value = _metrics({f"trial/{self.metric}": record.value}, record.number)
            self.writer.put(Batch(None, metrics=trial_value))

    def text(self, name: str, content: str) -> None:
        """A text file among the sweep's artifacts."""
        self.client.log_text(self.run_id, content, name)

    def finish(self, values: Mapping[str, float], status: str) -> None:
        """Write the sweep's totals and its end, and wait until everything is written.

        Raises:
            TrackingError: When MLflow did not take it all.
        """
        self.writer.put(Batch(None, metrics=_metrics(values, 0), status=status))
        self.writer.close()


def _metric_name(name: str) -> str:
    """MLflow takes letters, digits and a few signs."""
    return re.sub(r"[^\w./ -]", "-", name)


def _metrics(values: Mapping[str, float], step: int) -> list[Metric]:
    """MLflow's databases take no NaN or infinity; those are told by state and cause."""
    now_ms = int(time.time() * 1000)
    return [Metric(key, float(value), now_ms, step) for key, value in values.items() if math.isfinite(value)]


def _params(values: Mapping[str, Any]) -> list[Param]:
    return [Param(key, _text(value)[:PARAM_CHARACTERS]) for key, value in values.items()]


def _tags(values: Mapping[str, Any]) -> list[RunTag]:
    return [RunTag(key, _text(value)) for key, value in values.items()]


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
