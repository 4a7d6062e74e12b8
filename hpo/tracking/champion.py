"""Logs the weights of the best, or of the confirmed winner, as an MLflow model and registers it."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

import mlflow
import pandas as pd
from mlflow.entities import LoggedModelStatus, Metric
from mlflow.exceptions import MlflowException
from mlflow.models import Model, ModelSignature
from mlflow.types.schema import ColSpec, DataType, Schema

import models
from hpo.errors import TrackingError
from hpo.ledger import TrialRecord
from hpo.results.words import number
from hpo.tracking.retry import PATIENCE_S, TROUBLE, Retry, reason_of
from hpo.tracking.runs import Runs
from hpo.tracking.tracker import Tracker
from hpo.tracking.writes import as_metrics, milliseconds

ALIAS = "champion"
NO_STEP = -1  # MLflow would give the model all points of the run that have its step; none has this one.
NO_TAGS: Mapping[str, str] = MappingProxyType({})
REQUIREMENTS = ("torch", "transformers", "safetensors", "tokenizers", "numpy", "pandas", "peft", "datasets")


# Keys of a row that go into a model; words are given as one text, divided at white space.
INPUTS = ("task", "question", "context", "tokens", "text", "text_pair")
# What comes out, by task; lists and mappings come as JSON texts.
OUTPUTS = {
    "text_classification": {"label": DataType.string, "score": DataType.double},
    "multi_label_classification": {"labels": DataType.string, "scores": DataType.string},
    "regression": {"value": DataType.double},
    "token_classification": {"tokens": DataType.string, "tags": DataType.string},
    "question_answering": {"answer": DataType.string, "score": DataType.double},
    "translation": {"text": DataType.string},
    "summarization": {"text": DataType.string},
    "language_modeling": {"text": DataType.string},
    "multi_task": {"prediction": DataType.string},
}


def is_logged(champion: Mapping[str, Any] | None, best: TrialRecord, tags: Mapping[str, str] = NO_TAGS) -> bool:
    """Whether the best trial's model is the one that was logged last.

    Args:
        champion: What `log_champion` returned then, as the ledger has it; None: nothing was logged.
        tags: As `log_champion` would be given them.
    """
    if champion is None or champion.get("tags", {}) != tags:
        return False
    return (champion["number"], champion["value"]) == (best.number, best.value)


def log_champion(
    tracker: Tracker,
    best: TrialRecord,
    weights: Path,
    task: str,
    examples: Sequence[Mapping[str, Any]],
    register_as: str | None,
    tags: Mapping[str, str] = NO_TAGS,
    patience_s: float = PATIENCE_S,
) -> dict[str, Any]:
    """Log the best model to the sweep's run; with a name, register it and move the alias `champion` to it.

    What an earlier try left behind is used or removed: the run has one model for each best trial that there was.

    Args:
        weights: Folder that the training saved.
        task: What the model does.
        examples: A few rows of data; their inputs become the signature's example.
        register_as: Name in the model registry; None: logged only.
        tags: What tells these weights from others of the same trial and value.
        patience_s: How long to try, in seconds, each of logging and registering, after all that was said before.

    Returns:
        What the ledger is to know as `champion`: `number` and `value` of the trial, `uri` to load the model by, and
        `tags`, where some were given.

    Raises:
        TrackingError: MLflow did not answer in time, or refused the model.
    """
    runs, retry = tracker.opened(patience_s), Retry(patience_s)
    tracker.wait_written(patience_s)  # The trial's value is to be there, since it becomes the model's, too.
    try:
        model_id = retry.ask(_logged, runs, best, weights, task, examples, tags, tracker.metric)
        uri = f"models:/{model_id}"
        if register_as is not None:
            what = f"{tracker.metric} {number(best.value)} on the validation rows; sweep {tracker.sweep}"
            uri = retry.ask(_registered, runs, model_id, register_as, what)
    except TROUBLE as error:
        raise TrackingError(
            f"MLflow did not take the best model, of trial {best.number} ({reason_of(error)}); "
            f"its weights are in {weights}: hpo resume {tracker.sweep} logs it"
        ) from error
    return {"number": best.number, "value": best.value, "uri": uri} | ({"tags": dict(tags)} if tags else {})


def _logged(
    runs: Runs,
    best: TrialRecord,
    weights: Path,
    task: str,
    examples: Sequence[Mapping[str, Any]],
    more: Mapping[str, str],
    metric: str,
) -> str:
    """Id of the trial's model; it is made where it is not there as a whole."""
    client, tags = runs.client, {"trial": str(best.number), "value": str(best.value), **more}
    whole = None
    for model in client.search_logged_models([runs.experiment_id], f"source_run_id = '{runs.parent_id}'"):
        if tags.items() <= model.tags.items():
            if model.status == LoggedModelStatus.READY and whole is None:
                whole = model
            else:
                client.delete_logged_model(model.model_id)
    if whole is not None:
        return str(whole.model_id)
    params = client.get_run(runs.parent_id).data.params
    model = client.create_logged_model(
        runs.experiment_id, name=ALIAS, source_run_id=runs.parent_id, tags=tags, params=params
    )
    client.log_batch(runs.parent_id, metrics=_measured(best, metric, str(model.model_id), runs.parent_id))
    Model.log(
        None,
        mlflow.pyfunc,
        run_id=runs.parent_id,
        name=ALIAS,
        model_id=model.model_id,
        step=NO_STEP,
        python_model=str(Path(__file__).with_name("champion_model.py")),
        artifacts={"weights": str(weights.resolve())},
        code_paths=[str(Path(models.__file__).parent)],
        model_config={"columns": list(OUTPUTS[task])},
        signature=_signature(task, examples),
        input_example=_example(examples),
        pip_requirements=[f"{name}=={importlib.metadata.version(name)}" for name in ("mlflow", *REQUIREMENTS)],
    )
    return str(model.model_id)


def _measured(best: TrialRecord, metric: str, model_id: str, run_id: str) -> list[Metric]:
    """What the weights reached on the validation rows: points of the model, and of the sweep's run."""
    found = [entry for entry in best.evaluations if entry["metrics"][metric] == best.value]
    values = {f"eval/{name}": value for entry in found[:1] for name, value in entry["metrics"].items()}
    points = as_metrics(values, milliseconds(best.ended_at or 0.0), 0)
    return [Metric(p.key, p.value, p.timestamp, p.step, model_id=model_id, run_id=run_id) for p in points]


def _registered(runs: Runs, model_id: str, name: str, what: str) -> str:
    """URI of the model as the newest version of a registered one, which a former sweep may have made.

    Args:
        what: Describes the version to people.
    """
    client = runs.client
    try:
        client.create_registered_model(name)
    except MlflowException as error:
        if error.error_code != "RESOURCE_ALREADY_EXISTS":
            raise
    source = f"models:/{model_id}"
    versions = [v.version for v in client.search_model_versions(f"name = '{name}'") if v.source == source]
    if not versions:
        made = client.create_model_version(name, source, runs.parent_id, model_id=model_id, description=what)
        versions = [made.version]
    client.set_registered_model_alias(name, ALIAS, versions[0])
    return f"models:/{name}@{ALIAS}"


def _signature(task: str, examples: Sequence[Mapping[str, Any]]) -> ModelSignature:
    keys = _keys(examples)
    everywhere = [key for key in keys if all(key in row for row in examples)]
    single = keys == ["text"]
    inputs = [ColSpec(DataType.string, None if single else key, required=key in everywhere) for key in keys]
    return ModelSignature(Schema(inputs), Schema([ColSpec(kind, name) for name, kind in OUTPUTS[task].items()]))


def _example(examples: Sequence[Mapping[str, Any]]) -> Any:
    keys = _keys(examples)
    return [row["text"] for row in examples] if keys == ["text"] else pd.DataFrame(_inputs(examples, keys))


def _keys(examples: Sequence[Mapping[str, Any]]) -> list[str]:
    return [key for key in INPUTS if any(key in row for row in examples)]


def _inputs(rows: Sequence[Mapping[str, Any]], keys: Sequence[str]) -> list[dict[str, str | None]]:
    """Rows with the same keys; what a row of another kind lacks is None."""

    def value(given: Any) -> str | None:
        return given if given is None or isinstance(given, str) else " ".join(given)

    return [{key: value(row.get(key)) for key in keys} for row in rows]
