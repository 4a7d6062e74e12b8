"""Logs the best trial's weights as an MLflow model and registers it."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Sequence
from pathlib import Path

import mlflow
import pandas as pd
from mlflow.models import ModelSignature
from mlflow.tracking import MlflowClient
from mlflow.types.schema import ColSpec, DataType, Schema

import models

ALIAS = "champion"
REQUIREMENTS = ("torch", "transformers", "safetensors", "tokenizers", "numpy", "pandas", "peft", "datasets")


def log_champion(
    client: MlflowClient,
    run_id: str,
    weights: Path,
    examples: Sequence[str] | Sequence[tuple[str, str]],
    register_as: str | None,
) -> str:
    """Log the model to a run; with a name, register it and move the alias `champion` to it.

    Args:
        weights: Folder that the training saved.
        examples: A few inputs, for the signature's example.
        register_as: Name in the model registry; None: logged only.

    Returns:
        The URI to load it by.
    """
    pair = isinstance(examples[0], tuple)
    names = ["text", "text_pair"] if pair else [None]
    inputs = Schema([ColSpec(DataType.string, name) for name in names])
    outputs = Schema([ColSpec(DataType.string, "label"), ColSpec(DataType.double, "score")])
    example = pd.DataFrame(list(examples), columns=["text", "text_pair"]) if pair else list(examples)
    with mlflow.start_run(run_id=run_id, log_system_metrics=False):
        logged = mlflow.pyfunc.log_model(
            name="champion",
            python_model=str(Path(__file__).with_name("champion_model.py")),
            artifacts={"weights": str(weights.resolve())},
            code_paths=[str(Path(models.__file__).parent)],
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
