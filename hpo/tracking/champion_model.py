"""The best model as an MLflow model. MLflow stores this file with the weights and runs it when the model is loaded."""

from __future__ import annotations

from typing import Any

import mlflow
import pandas as pd

from models.predict import Predictor


class Champion(mlflow.pyfunc.PythonModel):  # type: ignore[misc]  # mlflow is untyped
    """Predicts the label of texts, or of pairs of texts."""

    def load_context(self, context: Any) -> None:
        """Load the weights once, when MLflow loads the model."""
        self.predictor = Predictor.load(context.artifacts["weights"])

    def predict(self, context, model_input, params=None):  # type: ignore[no-untyped-def]  # MLflow reads hints as schema
        """One row an input: `label` and its probability `score`.

        Args:
            model_input: A list of texts, or a table with one column of texts, or with two for pairs.
        """
        table = pd.DataFrame(model_input)
        columns = [[str(text) for text in table[name]] for name in table.columns]
        inputs: list[Any] = columns[0] if len(columns) == 1 else list(zip(columns[0], columns[1], strict=True))
        predictions = self.predictor.predict(inputs)
        return pd.DataFrame({"label": [p.label for p in predictions], "score": [p.score for p in predictions]})


mlflow.models.set_model(Champion())
