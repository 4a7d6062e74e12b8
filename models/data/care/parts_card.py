"""The data card of several data sets together."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from models.data.care.card import DataCard


@dataclass(frozen=True)
class PartsCard:
    """The cards of several data sets.

    Attributes:
        task: Name of the task that they are for together.
        parts: Their cards by name.
    """

    task: str
    parts: Mapping[str, DataCard]

    def to_dict(self) -> dict[str, Any]:
        """As JSON has it: rows of all parts together by split, and the parts' own cards."""
        return {
            "task": self.task,
            "rows_read": _summed(card.rows_read for card in self.parts.values()),
            "rows_used": _summed(card.rows_used for card in self.parts.values()),
            "dropped": _summed(card.dropped for card in self.parts.values()),
            "parts": {name: card.to_dict() for name, card in self.parts.items()},
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> PartsCard:
        """What `to_dict` gave, also after a way through JSON."""
        return cls(values["task"], {name: DataCard.from_dict(card) for name, card in values["parts"].items()})

    def to_markdown(self) -> str:
        """For people: the parts' cards one after the other, a level deeper."""
        parts = [_deeper(name, card.to_markdown()) for name, card in self.parts.items()]
        return "\n".join([f"# Data for {self.task}\n", *parts])

    def warnings(self) -> list[str]:
        """The parts' warnings, each after its part's name."""
        return [f"{name}: {line}" for name, card in self.parts.items() for line in card.warnings()]


def _deeper(name: str, markdown: str) -> str:
    """A card's text, its headings one level lower, the first with the part's name."""
    return re.sub(r"^#", "##", markdown, flags=re.MULTILINE).replace("# Data for ", f"# {name}: ", 1)


def _summed(counts: Iterable[Mapping[str, int]]) -> dict[str, int]:
    total: Counter[str] = Counter()
    for count in counts:
        total.update(count)
    return dict(total)
