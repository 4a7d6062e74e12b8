"""Baselines of language modelling, on the same tokens as the model's."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from datasets import Dataset

from models.baselines.contract import BaselineData
from models.baselines.kneser_ney import KneserNey, Tokens
from models.metrics.language_modeling import language_modeling_scores

MOST_TOKENS = 2_000_000
"""Training tokens that count at most: about that many are learned in ten seconds."""


def unigrams(data: BaselineData) -> dict[str, float]:
    """Each token by its frequency, every token of the vocabulary counted once more."""
    train, validation = _both(data)
    counts_v = np.bincount(train.ids[train.place > 0], minlength=_vocabulary(train, validation)) + 1
    nats_v = -np.log(counts_v / counts_v.sum())
    return _scores(nats_v[validation.ids[validation.place > 0]])


def kneser_ney(data: BaselineData) -> dict[str, float]:
    """Interpolated modified Kneser-Ney 4-grams."""
    train, validation = _both(data)
    model = KneserNey.fit(train, _vocabulary(train, validation), order=4)
    return _scores(-model.log_probabilities(validation))


def _both(data: BaselineData) -> tuple[Tokens, Tokens]:
    return _tokens(data.train, MOST_TOKENS), _tokens(data.validation)


def _vocabulary(train: Tokens, validation: Tokens) -> int:
    """Tokens with the highest numbers that are in no row are not counted: they would get next to no probability."""
    return int(max(train.ids.max(initial=0), validation.ids.max(initial=0))) + 1


def _tokens(rows: Dataset, most: int | None = None) -> Tokens:
    column = rows.with_format("arrow")[:]["input_ids"]
    chunks = column.chunks if isinstance(column, pa.ChunkedArray) else [column]
    lengths = [np.asarray(pc.list_value_length(chunk)) for chunk in chunks]
    ids = [np.asarray(chunk.flatten()) for chunk in chunks]
    return Tokens.of(np.concatenate(ids)[:most], np.concatenate(lengths))


def _scores(nats_n: np.ndarray) -> dict[str, float]:
    loss = float(nats_n.mean())
    return {**language_modeling_scores(loss), "loss": loss}
