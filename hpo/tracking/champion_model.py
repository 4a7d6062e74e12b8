"""The best model as an MLflow model. MLflow stores this file with the weights and runs it when the model is loaded."""

from __future__ import annotations

import json
from typing import Any

import mlflow
import pandas as pd

from models.predict import Predictor


class Champion(mlflow.pyfunc.PythonModel):  # type: ignore[misc]  # mlflow is untyped
    """Predicts from texts, or from a table with the task's own columns."""

    def load_context(self, context: Any) -> None:
        """Load the weights once, when MLflow loads the model."""
        self.predictor = Predictor.load(context.artifacts["weights"])
        self.columns: list[str] = context.model_config["columns"]

    def predict(self, context, model_input, params=None):  # type: ignore[no-untyped-def]  # MLflow reads hints as schema
        """One row an input, with the task's own columns: `label` and `score` of a class, for example.

        Args:
            model_input: A list of texts, or a table: one column of texts, or columns named as the task's keys.
        """
        table = pd.DataFrame(model_input)
        if table.shape[1] == 1:
            inputs: list[Any] = [str(text) for text in table.iloc[:, 0]]
        else:
            rows = table.to_dict("records")
            inputs = [{str(key): value for key, value in row.items() if not _is_missing(value)} for row in rows]
        found = self.predictor.predict(inputs)
        if self.columns == ["prediction"]:
            return pd.DataFrame({"prediction": [json.dumps(row, ensure_ascii=False) for row in found]})
        return pd.DataFrame({name: [_plain(row[name]) for row in found] for name in self.columns})


def _is_missing(value: Any) -> bool:
    """What a table has where a row of another kind has no such key."""
    return value is None or value is pd.NA or value != value


def _plain(value: Any) -> Any:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, (list, dict)) else value


mlflow.models.set_model(Champion())
