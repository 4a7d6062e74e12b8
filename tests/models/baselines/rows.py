"""Small data sets in which there is something to learn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from datasets import Dataset

EMPTY = Dataset.from_dict({})


@dataclass(frozen=True)
class Raw:
    train: Dataset
    validation: Dataset


@dataclass(frozen=True)
class Data:
    raw: Raw = Raw(EMPTY, EMPTY)
    about: Mapping[str, Any] = field(default_factory=dict)
    train: Dataset = EMPTY
    validation: Dataset = EMPTY


def data(train: Mapping[str, list], validation: Mapping[str, list], **about: Any) -> Data:
    return Data(Raw(Dataset.from_dict(dict(train)), Dataset.from_dict(dict(validation))), about)


def tokens(train: list[list[int]], validation: list[list[int]]) -> Data:
    return Data(train=Dataset.from_dict({"input_ids": train}), validation=Dataset.from_dict({"input_ids": validation}))


def topics(count: int, seed: int, topics: int = 3) -> tuple[list[str], list[int]]:
    """Texts of six words, most of them of one topic, and the topics; the first one is the most frequent."""
    random = np.random.default_rng(seed)
    labels = random.choice(topics, count, p=[0.5, *[0.5 / (topics - 1)] * (topics - 1)])

    def word(topic: int) -> str:
        return f"w{topic if random.random() < 0.8 else 9}{random.integers(8)}"

    return [" ".join(word(topic) for _ in range(6)) for topic in labels], labels.tolist()
