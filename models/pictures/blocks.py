"""The picture of language modelling: which texts, and which tokens, surprise the model.

Shapes: N blocks, T tokens of all blocks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np

from models.data.formats import FORMATS
from models.errors import InputError
from models.metrics.language_modeling import perplexity
from models.pictures.base import Painter, Row, Seen
from models.pictures.pieces import Histogram, Mistake
from models.pictures.plain import clipped
from models.pictures.token_losses import token_losses
from models.predict import Predictor

BINS = 20
MOST_WORST = 8  # Each is continued, one by one.
MOST_TOKENS, LEAST_COUNT = 15, 3  # Hard tokens that are shown, each seen so often.


@dataclass(frozen=True)
class ByPosition:
    """Tokens at the positions `low` to `high` of their block, and their mean loss in nats."""

    low: int
    high: int
    loss: float
    tokens: int


@dataclass(frozen=True)
class HardToken:
    """A token that surprises the model: how often it was there, and its mean loss in nats."""

    token: str
    count: int
    loss: float


@dataclass(frozen=True)
class BlocksBody:
    """Texts whose next token is predicted.

    Attributes:
        score: Name of the metric.
        blocks: How many blocks the texts were divided into.
        histogram: Of the blocks' mean loss, in nats.
        mean_loss: Over all tokens, in nats.
        median_loss: Of the blocks.
        by_position: Whether more text before a token helps.
        hard_tokens: Those with the highest mean loss.
        worst_by: What the mistakes are ordered by, and what their score is.
        worst: The blocks that surprise most; `true` is how they go on, `said` what the model writes there.
    """

    score: str
    blocks: int
    histogram: Histogram
    mean_loss: float
    median_loss: float
    by_position: list[ByPosition]
    hard_tokens: list[HardToken]
    worst_by: str
    worst: list[Mistake]


@dataclass(frozen=True)
class Block:
    """A part of a text.

    Attributes:
        row: Number of the text in the split.
        ids: Its tokens.
        losses: Of each token but the first, in nats.
    """

    row: int
    ids: Sequence[int]
    losses: np.ndarray

    @property
    def loss(self) -> float:
        """Mean, in nats."""
        return float(self.losses.mean())


class BlocksPainter(Painter):
    """From the loss of every token."""

    kind: ClassVar[str] = "blocks"
    keys: ClassVar[tuple[str, ...]] = ("text",)
    notes: ClassVar[tuple[str, ...]] = (
        "Each text was read by itself: where the training fills its blocks with several texts, its perplexity is "
        "another.",
    )

    def answers(self, predictor: Predictor, questions: Sequence[Row]) -> list[dict[str, Any]]:
        """`blocks` of a text: the token ids of each, and the losses of all but the first."""
        card, form = predictor.card, FORMATS["language_modeling"]
        spec = replace(card.data_spec, pack=False)
        per_row = [
            form.encode({"text": [row["text"]]}, at, predictor.tokenizers, spec, card.about)["input_ids"]
            for at, row in enumerate(questions)
        ]
        losses = iter(token_losses(predictor, [ids for blocks in per_row for ids in blocks]))
        return [{"blocks": [(ids, next(losses)) for ids in blocks]} for blocks in per_row]

    def paint(self, seen: Seen) -> tuple[dict[str, float], BlocksBody]:
        """Perplexity, and where it comes from.

        Raises:
            InputError: No text has two tokens.
        """
        said = zip(seen.numbers, seen.said, strict=True)
        blocks = [Block(number, *block) for number, one in said for block in one["blocks"]]
        if not blocks:
            raise InputError.one("data.validation", "has no text of two tokens, so that nothing is predicted")
        loss_n, loss_t = np.array([block.loss for block in blocks]), np.concatenate([block.losses for block in blocks])
        mean = float(loss_t.mean())
        body = BlocksBody(
            "perplexity",
            len(blocks),
            Histogram.of(loss_n, BINS),
            mean,
            float(np.median(loss_n)),
            _by_position(blocks, loss_t),
            _hard_tokens(blocks, loss_t, seen.predictor.tokenizers.source),
            "the highest perplexity first; score: the perplexity of the block",
            _worst(sorted(blocks, key=lambda block: -block.loss)[:MOST_WORST], seen.predictor),
        )
        return {"perplexity": perplexity(mean)}, body


def _by_position(blocks: Sequence[Block], loss_t: np.ndarray) -> list[ByPosition]:
    """In groups that double: the second token, the third and fourth, the fifth to eighth, …"""
    place_t = np.concatenate([np.arange(len(block.losses)) + 1 for block in blocks])
    group_t = np.ceil(np.log2(place_t + 1)).astype(np.int64)
    found = []
    for group in np.unique(group_t).tolist():
        inside = group_t == group
        found.append(ByPosition(2 ** (group - 1) + 1, 2**group, float(loss_t[inside].mean()), int(inside.sum())))
    return found


def _hard_tokens(blocks: Sequence[Block], loss_t: np.ndarray, tokenizer: Any) -> list[HardToken]:
    id_t = np.concatenate([np.asarray(block.ids[1:], dtype=np.int64) for block in blocks])
    ids, place_t, counts = np.unique(id_t, return_inverse=True, return_counts=True)
    means = np.bincount(place_t, weights=loss_t) / counts
    order = [at for at in np.argsort(-means, kind="stable").tolist() if counts[at] >= LEAST_COUNT]
    return [
        HardToken(tokenizer.decode([int(ids[at])]), int(counts[at]), float(means[at])) for at in order[:MOST_TOKENS]
    ]


def _worst(blocks: Sequence[Block], predictor: Predictor) -> list[Mistake]:
    """The blocks with their second halves, and what the model makes of the first ones."""
    tokenizer = predictor.tokenizers.source
    halves = [(block.ids[:half], block.ids[half:]) for block in blocks for half in [(len(block.ids) + 1) // 2]]
    texts = [[tokenizer.decode(ids, skip_special_tokens=True) for ids in pair] for pair in halves]
    written = predictor.predict([{"text": begin} for begin, _ in texts])
    return [
        Mistake(block.row, {"text": clipped(begin)}, clipped(rest), clipped(one["text"]), None, perplexity(block.loss))
        for block, (begin, rest), one in zip(blocks, texts, written, strict=True)
    ]
