"""The data card."""

from __future__ import annotations

from dashboards.report.blocks import Block, Text
from hpo.results import Look, card_markdown


def data(look: Look) -> list[Block]:
    """What the data is like, and what is wrong with it."""
    return [Text(card_markdown(look.about) or "The ledger has no data card.")]
