"""The seam between tasks and their pictures: what a trained model says of rows whose answers are known.

Shapes: N rows that were looked at, K classes.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from models.pictures.plain import plain
from models.predict import Predictor

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Seen:
    """Rows, and what the model says of them.

    Attributes:
        numbers: Index of each row in its split: (N,).
        rows: The normalized rows, with their answers.
        said: What `Painter.answers` gave for each.
        about: What is known of the data: names of the classes.
        predictor: The model; of several tasks, the whole one.
    """

    numbers: Sequence[int]
    rows: Sequence[Row]
    said: Sequence[Row]
    about: Mapping[str, Any]
    predictor: Predictor

    @property
    def labels(self) -> list[str]:
        """Names of the classes."""
        return list(self.about["labels"])


@dataclass(frozen=True)
class Picture:
    """What a model gets right and wrong.

    Attributes:
        task: What the model does.
        kind: Which of the bodies it is; the task's `Painter.kind`.
        rows: How many rows were looked at.
        rows_available: How many the split has.
        metrics: The task's metrics of these rows, but for the loss.
        body: A dataclass of the kind.
        notes: What a reader should know beside, in sentences.
    """

    task: str
    kind: str
    rows: int
    rows_available: int
    metrics: Mapping[str, float]
    body: Any
    notes: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """JSON values; a number that is not finite becomes null, and others keep six digits."""
        found: dict[str, Any] = plain(self)
        return found


class Painter(ABC):
    """How the picture of a task is made. One a kind of answers; tasks may share it."""

    kind: ClassVar[str]
    """Name of the body that it makes."""
    keys: ClassVar[tuple[str, ...]]
    """Of a row, what the model is given; those that a row lacks are passed over."""
    notes: ClassVar[tuple[str, ...]] = ()
    """What a reader of every such picture should know."""

    def questions(self, rows: Sequence[Row]) -> list[dict[str, Any]]:
        """The rows without their answers."""
        return [{key: row[key] for key in self.keys if key in row} for row in rows]

    def answers(self, predictor: Predictor, questions: Sequence[Row]) -> list[dict[str, Any]]:
        """What the model says of rows without answers; by default what it predicts."""
        return predictor.predict(questions)

    @abstractmethod
    def paint(self, seen: Seen) -> tuple[dict[str, float], Any]:
        """The task's metrics of some rows, at least one, and the body: a dataclass."""
