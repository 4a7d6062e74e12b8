"""The README of an exported model: what it is, how it was measured, and the code that loads it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from models.tasks.card import Card

SHOWN_LABELS = 20


@dataclass(frozen=True)
class Origin:
    """What is known of the training that a model comes from; None: not known.

    Attributes:
        name: The sweep and its trial, or a folder's name.
        metric: What the best evaluation was chosen by.
        value: The metric's value on the validation rows.
        data_fingerprint: SHA-256 of the rows.
    """

    name: str
    metric: str | None = None
    value: float | None = None
    data_fingerprint: str | None = None


def readme(card: Card, origin: Origin, code: str, notes: Sequence[str], more: str = "") -> str:
    """Markdown.

    Args:
        card: What the model is for.
        origin: Where it comes from.
        code: Python code that loads and uses it, run in its folder.
        notes: Sentences below the code.
        more: A section of its own, in Markdown.
    """
    facts = [("task", card.task), ("trained from", card.model), ("tuning", str(card.tuning["name"]))]
    facts.append(("trial", origin.name))
    if origin.metric is not None and origin.value is not None:
        facts.append(("validation", f"{origin.metric} {origin.value:.6g}"))
    if origin.data_fingerprint is not None:
        facts.append(("data fingerprint", f"`{origin.data_fingerprint}`"))
    if card.labels:
        rest = len(card.labels) - SHOWN_LABELS
        facts.append(("labels", ", ".join(card.labels[:SHOWN_LABELS]) + (f", and {rest} more" if rest > 0 else "")))
    if "max_length" in card.data:
        facts.append(("longest input", f"{card.data['max_length']} tokens; what is longer is cut"))
    table = "\n".join(f"| {name} | {_cell(value)} |" for name, value in facts)
    said = "".join(f"\n{note}\n" for note in notes)
    return f"# {card.task} model\n\n| | |\n| --- | --- |\n{table}\n\n## Use\n\n```python\n{code}```\n{said}{more}"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
