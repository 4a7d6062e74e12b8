"""Prediction with a trained model's folder."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from models.errors import InputError
from models.tasks import TASKS, Card, Rows, saved
from models.tasks.infer import logits_of

Text = str | tuple[str, str]


@dataclass(frozen=True)
class Prediction:
    """What the model says of one input.

    Attributes:
        label: The likeliest class.
        score: Its probability.
        scores: Probability of every class, by name.
    """

    label: str
    score: float
    scores: dict[str, float]


class Predictor:
    """A trained model, ready to predict.

    Args:
        model: In evaluation mode, on its device.
        tokenizer: Its tokenizer.
        card: What the model is for.
    """

    def __init__(self, model: torch.nn.Module, tokenizer: Any, card: Card) -> None:
        self._model = model.eval()
        self._tokenizer = tokenizer
        self.card = card

    @classmethod
    def load(cls, folder: Path | str, *, gpu: bool = False, trust_remote_code: bool = False) -> Predictor:
        """Read a folder that training wrote (`TrainResult.weights`).

        Args:
            folder: The folder.
            gpu: Compute on the GPU.
            trust_remote_code: Run Python code that the folder's configuration names. Only for folders you trust.

        Raises:
            InputError: It is no such folder, or its weights do not fit its configuration.
        """
        read = saved.load(Path(folder), trust_remote_code=trust_remote_code)
        model = TASKS[read.card.task].rebuild(
            read.config, read.card.pooling, read.card.labels, trust_remote_code=trust_remote_code
        )
        try:
            model.load_state_dict(read.state)
        except RuntimeError as error:  # What torch raises for missing, surplus and misshapen weights.
            raise InputError.one(str(folder), f"the weights do not fit the configuration: {error}") from error
        return cls(model.to("cuda" if gpu else "cpu"), read.tokenizer, read.card)

    def predict(self, texts: Sequence[Text], batch_size: int = 64) -> list[Prediction]:
        """Classify texts, or pairs of texts when the model was trained on pairs.

        Args:
            texts: Strings, or tuples of two strings.
            batch_size: Inputs in one forward pass.

        Returns:
            One prediction an input, in the inputs' order.

        Raises:
            InputError: A text where a pair is needed, or the reverse.
        """
        if not texts:
            return []
        rows = Rows.from_encodings(self._encode(texts), self._tokenizer)
        device = next(self._model.parameters()).device
        logits_nk = logits_of(self._model, rows, batch_size, device).astype(np.float64)
        shifted = np.exp(logits_nk - logits_nk.max(axis=1, keepdims=True))
        return [self._prediction(scores_k) for scores_k in shifted / shifted.sum(axis=1, keepdims=True)]

    def _encode(self, texts: Sequence[Text]) -> Any:
        for index, text in enumerate(texts):
            if isinstance(text, str) == self.card.pair:
                rule = "must be a pair of texts" if self.card.pair else "must be one text"
                raise InputError.one(f"texts[{index}]", f"{rule}, as in training, got {text!r}")
        columns = [list(column) for column in zip(*texts, strict=True)] if self.card.pair else [list(texts)]
        return self._tokenizer(
            *columns,
            truncation=True,
            max_length=self.card.max_length,
            return_attention_mask=False,
            return_token_type_ids=None if self.card.pair else False,
            verbose=False,
        )

    def _prediction(self, scores_k: np.ndarray) -> Prediction:
        best = int(scores_k.argmax())
        scores = {label: float(score) for label, score in zip(self.card.labels, scores_k, strict=True)}
        return Prediction(self.card.labels[best], float(scores_k[best]), scores)
