"""What a trained model's weights are for: stored beside them, and enough to use them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from models.spec import DataSpec, MultiTaskData
from models.spec.parts import part_specs

VERSION = 2
# What of the data's settings decides how an input becomes tokens, and how a text is generated.
DATA_SETTINGS = ("max_length", "max_target_length", "num_beams", "stride", "prefix")


@dataclass(frozen=True)
class Card:
    """What the weights are for.

    Attributes:
        task: Name of the task.
        about: What is known of the training data: `labels` (names of the classes, in the order of the logits), `pair`
            (whether an input is two texts), as the task has them; of a multi-task model, `tasks` and `abouts` by part.
        pooling: How token vectors become a text vector.
        data: The data's settings by which an input becomes tokens: longest input, stride, prefix.
        tuning: The tuning strategy and its settings.
        model: Name of the model that training started from; for the record.
        quantized: How linear layers were made smaller (`int8`); None: they were not.
    """

    task: str
    about: Mapping[str, Any]
    pooling: str
    data: Mapping[str, Any]
    tuning: Mapping[str, Any]
    model: str
    version: int = field(default=VERSION)
    quantized: str | None = None

    @property
    def labels(self) -> tuple[str, ...]:
        """Names of the classes; empty for tasks without classes."""
        return tuple(self.about.get("labels", ()))

    @property
    def pair(self) -> bool:
        """Whether an input is two texts."""
        return bool(self.about.get("pair", False))

    def of_part(self, part: str) -> Card:
        """The card of one part of a multi-task model."""
        return replace(
            self, task=self.about["tasks"][part], about=self.about["abouts"][part], data=self.data["parts"][part]
        )

    @property
    def data_spec(self) -> DataSpec:
        """A data specification with the settings that matter for an input."""
        return replace(DataSpec(source="", task=self.task), **self.data)


def data_settings(spec: DataSpec) -> dict[str, Any]:
    """What of a data specification goes on the card; of several data sets, that of each: `parts`."""
    if isinstance(spec, MultiTaskData):
        return {"parts": {name: data_settings(part) for name, part in part_specs(spec).items()}}
    return {name: getattr(spec, name) for name in DATA_SETTINGS}
