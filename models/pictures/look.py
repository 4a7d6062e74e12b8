"""Looks at some rows of a split with a trained model, as many as time allows."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from datasets import Dataset

from models.pictures.base import Painter, Picture, Row, Seen
from models.predict import Predictor

# Rows between two looks at the clock: the first are few, for a huge model; then as many as all before.
FIRST, MOST_AT_ONCE = 8, 256


def look(
    painter: Painter,
    predictor: Predictor,
    rows: Dataset,
    about: Mapping[str, Any],
    task: str,
    *,
    most: int,
    seconds: float,
    part: str | None = None,
) -> Picture:
    """A picture of one task.

    Args:
        painter: Of the task.
        predictor: The trained model.
        rows: The normalized rows of a split, one or more.
        about: What is known of the data.
        task: Name of the task.
        most: Rows to look at; of more, some are drawn, always the same ones.
        seconds: After so long no further rows are looked at; the first of them always are.
        part: Name of the part, where the model is one of several tasks.
    """
    numbers = drawn(len(rows), most)
    said: list[dict[str, Any]] = []
    until = time.monotonic() + seconds
    while len(said) < len(numbers) and (not said or time.monotonic() < until):
        chunk = numbers[len(said) : len(said) + min(MOST_AT_ONCE, max(FIRST, len(said)))]
        said += painter.answers(predictor, [_of_part(one, part) for one in painter.questions(_read(rows, chunk))])
    order = np.argsort(numbers[: len(said)], kind="stable").tolist()
    kept = [numbers[at] for at in order]
    seen = Seen(kept, _read(rows, kept), [said[at] for at in order], about, predictor)
    metrics, body = painter.paint(seen)
    return Picture(task, painter.kind, len(kept), len(rows), metrics, body, painter.notes)


def drawn(rows: int, most: int) -> list[int]:
    """Numbers of at most `most` of so many rows, in a random order that is always the same."""
    order: list[int] = np.random.default_rng(0).permutation(rows)[:most].tolist()
    return order


def _read(rows: Dataset, numbers: Sequence[int]) -> list[Row]:
    columns = rows[list(numbers)]
    return [{key: values[at] for key, values in columns.items()} for at in range(len(numbers))]


def _of_part(question: dict[str, Any], part: str | None) -> dict[str, Any]:
    return question if part is None else {"task": part, **question}
