"""The picture of token classification: which entities, or tags, are found.

Shapes: N rows, W words of all rows, K tags.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from models.metrics.classification import confusion
from models.metrics.entities import entities, is_bio, token_classification_scores
from models.pictures.base import Painter, Seen
from models.pictures.calibration import Calibration
from models.pictures.entities import Entity, marked, total_errors
from models.pictures.pieces import MOST_SHARES, MOST_WORST, Confusion, Mistake, Pair, Share, confused, shares

Tags = Sequence[str]


@dataclass(frozen=True)
class TagsBody:
    """A tag a word.

    Attributes:
        scheme: `entities` where the tags are BIO, else `tags`.
        per_type: How well each type of entity, or each tag, is found.
        types: How many there are.
        confusion: Counts of the words' true tags and of those said.
        confused: The tags that are most often taken for others.
        errors: What is wrong with entities, by kind; empty for tags.
        calibration: Whether the model is right as often as it thinks, of the words that it saw.
        worst_by: What the mistakes are ordered by, and what their score is.
        worst: The rows with the most wrong words.
    """

    scheme: str
    per_type: list[Share]
    types: int
    confusion: Confusion
    confused: list[Pair]
    errors: dict[str, int]
    calibration: Calibration
    worst_by: str
    worst: list[Mistake]


class TagsPainter(Painter):
    """From a tag and its probability for each word."""

    kind: ClassVar[str] = "tags"
    keys: ClassVar[tuple[str, ...]] = ("tokens",)

    def paint(self, seen: Seen) -> tuple[dict[str, float], TagsBody]:
        """F1 and its like, of entities where the tags are BIO."""
        labels = seen.labels
        place = {label: at for at, label in enumerate(labels)}
        true = [list(row["label"]) for row in seen.rows]
        said = [[place[tag] for tag in one["tags"]] for one in seen.said]
        named = [([labels[tag] for tag in row], list(one["tags"])) for row, one in zip(true, seen.said, strict=True)]
        true_w, said_w = (np.concatenate([np.asarray(row, dtype=np.int64) for row in side]) for side in (true, said))
        sure_w = np.array([np.nan if one is None else one for row in seen.said for one in row["scores"]], dtype=float)
        counts_kk, known_w, bio = confusion(true_w, said_w, len(labels)), ~np.isnan(sure_w), is_bio(labels)
        spans = [(entities(row), entities(tags)) for row, tags in named] if bio else []
        per_type = _entity_shares(spans) if bio else shares(labels, counts_kk)
        body = TagsBody(
            "entities" if bio else "tags",
            per_type[:MOST_SHARES],
            len(per_type),
            Confusion.of(labels, counts_kk),
            confused(labels, counts_kk),
            total_errors(spans) if bio else {},
            Calibration.of(sure_w[known_w], (true_w == said_w)[known_w]),
            "the most wrong words first; score: how many words are wrong; confidence: of the surest of them",
            _worst(seen, named, bio=bio),
        )
        return token_classification_scores(true, said, labels), body


def _entity_shares(spans: Sequence[tuple[set[Entity], set[Entity]]]) -> list[Share]:
    """How well each type is found: an entity counts when its type and both of its ends are right."""
    right: Counter[str] = Counter(kind for true, said in spans for kind, *_ in true & said)
    support: Counter[str] = Counter(kind for true, _ in spans for kind, *_ in true)
    given: Counter[str] = Counter(kind for _, said in spans for kind, *_ in said)
    return [Share.of(kind, right[kind], support[kind], given[kind]) for kind in sorted(support | given)]


def _worst(seen: Seen, named: Sequence[tuple[Tags, Tags]], *, bio: bool) -> list[Mistake]:
    wrong = [[at for at, pair in enumerate(zip(*tags, strict=True)) if len(set(pair)) > 1] for tags in named]
    order = sorted((at for at, places in enumerate(wrong) if places), key=lambda at: -len(wrong[at]))[:MOST_WORST]
    found = []
    for at in order:
        places, words, scores = wrong[at], seen.rows[at]["tokens"], seen.said[at]["scores"]
        sure = max((scores[word] for word in places if scores[word] is not None), default=None)
        true, said = (
            marked(words, entities(tags) if bio else [(tags[word], word, word + 1) for word in places], places[0])
            for tags in named[at]
        )
        text = {"words": marked(words, (), places[0])}
        found.append(Mistake(seen.numbers[at], text, true, said, sure, float(len(places))))
    return found
