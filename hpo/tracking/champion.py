"""Logs the best trial's weights as an MLflow model and registers it."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import mlflow
import pandas as pd
from mlflow.models import ModelSignature
from mlflow.tracking import MlflowClient
from mlflow.types.schema import ColSpec, DataType, Schema

import models

ALIAS = "champion"
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


def log_champion(
    client: MlflowClient,
    run_id: str,
    weights: Path,
    task: str,
    examples: Sequence[Mapping[str, Any]],
    register_as: str | None,
) -> str:
    """Log the model to a run; with a name, register it and move the alias `champion` to it.

    Args:
        weights: Folder that the training saved.
        task: What the model does.
        examples: A few rows of data; their inputs become the signature's example.
        register_as: Name in the model registry; None: logged only.

    Returns:
        The URI to load it by.
    """
    keys = [key for key in INPUTS if any(key in row for row in examples)]
    single = keys == ["text"]
    everywhere = [key for key in keys if all(key in row for row in examples)]
    inputs = Schema([ColSpec(DataType.string, None if single else key, required=key in everywhere) for key in keys])
    outputs = Schema([ColSpec(kind, name) for name, kind in OUTPUTS[task].items()])
    example: Any = [row["text"] for row in examples] if single else pd.DataFrame(_inputs(examples, keys))
    with mlflow.start_run(run_id=run_id, log_system_metrics=False):
        logged = mlflow.pyfunc.log_model(
            name="champion",
            python_model=str(Path(__file__).with_name("champion_model.py")),
            artifacts={"weights": str(weights.resolve())},
            code_paths=[str(Path(models.__file__).parent)],
            model_config={"columns": list(OUTPUTS[task])},
            signature=ModelSignature(inputs, outputs),
            input_example=example,
            pip_requirements=[f"{name}=={importlib.metadata.version(name)}" for name in ("mlflow", *REQUIREMENTS)],
        )
    if register_as is None:
        return str(logged.model_uri)
    client.create_registered_model(register_as)
    version = client.create_model_version(register_as, logged.model_uri, run_id, model_id=logged.model_id)
    client.set_registered_model_alias(register_as, ALIAS, version.version)
    return f"models:/{register_as}@{ALIAS}"


def _inputs(rows: Sequence[Mapping[str, Any]], keys: Sequence[str]) -> list[dict[str, str | None]]:
    """Rows with the same keys; what a row of another kind lacks is None."""

    def value(given: Any) -> str | None:
        return given if given is None or isinstance(given, str) else " ".join(given)

    return [{key: value(row.get(key)) for key in keys} for row in rows]
