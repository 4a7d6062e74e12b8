"""The data card of a sweep."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

DATA_CARD = "data_card.md"


def card_markdown(about: Mapping[str, Any]) -> str:
    """The card as it stands in the sweep's folder; where that is away, from the ledger. Empty: there is none.

    Args:
        about: What the ledger knows of the sweep.
    """
    card = about.get("data_card")
    if card is None:
        return ""
    with suppress(OSError):
        return (Path(about["sweep_dir"]) / DATA_CARD).read_text(encoding="utf-8")
    from models.data.care.card import DataCard  # noqa: PLC0415  # seconds: with it come torch and the tokenizers
    from models.data.care.parts_card import PartsCard  # noqa: PLC0415

    return (PartsCard if "parts" in card else DataCard).from_dict(card).to_markdown()
