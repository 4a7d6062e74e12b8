"""The picture of several tasks: one of each part."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class PartPicture:
    """A part's picture; but for the name, the attributes are those of `Picture`."""

    name: str
    task: str
    kind: str
    rows: int
    rows_available: int
    metrics: Mapping[str, float]
    body: Any
    notes: tuple[str, ...]


@dataclass(frozen=True)
class PartsBody:
    """Several tasks of one model, in the order of the config."""

    parts: list[PartPicture]
