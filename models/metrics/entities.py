"""Metrics of tagged tokens.

Tags in the BIO scheme name entities: `B-PER I-PER O`. An entity counts as found when its type and both of its ends are
right. As in conlleval (Tjong Kim Sang and De Meulder 2003), an `I-` that nothing begins begins an entity.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from models.metrics.classification import accuracy, confusion, macro_f1


def is_bio(labels: Iterable[str]) -> bool:
    """Whether all tags are `O` or begin with `B-` or `I-`, and not all are `O`."""
    names = set(labels)
    return bool(names - {"O"}) and all(name == "O" or name[:2] in ("B-", "I-") for name in names)


def entities(tags: Sequence[str]) -> set[tuple[str, int, int]]:
    """The entities of one row of BIO tags: type, first token, and the token after the last."""
    found: set[tuple[str, int, int]] = set()
    kind, start = "", 0
    for position, tag in enumerate([*tags, "O"]):
        inside = tag.startswith("I-") and kind == tag[2:]
        if inside:
            continue
        if kind:
            found.add((kind, start, position))
        kind, start = ("" if tag == "O" else tag[2:]), position
    return found


def entity_scores(true: Sequence[Sequence[str]], predicted: Sequence[Sequence[str]]) -> dict[str, float]:
    """F1, precision and recall over the entities of all rows together; 0 where undefined.

    Args:
        true: The BIO tags of each row.
        predicted: As many tags for each row.
    """
    right = of_true = of_predicted = 0
    for true_tags, predicted_tags in zip(true, predicted, strict=True):
        wanted, got = entities(true_tags), entities(predicted_tags)
        right, of_true, of_predicted = right + len(wanted & got), of_true + len(wanted), of_predicted + len(got)
    return {
        "f1": 2 * right / (of_true + of_predicted) if of_true + of_predicted else 0.0,
        "precision": right / of_predicted if of_predicted else 0.0,
        "recall": right / of_true if of_true else 0.0,
    }


def tag_scores(confusion_kk: np.ndarray) -> dict[str, float]:
    """Macro F1, precision and recall over the tags that are true or predicted of any token; 0 where undefined."""
    right_k = np.diag(confusion_kk).astype(np.float64)
    true_k, predicted_k = confusion_kk.sum(axis=1), confusion_kk.sum(axis=0)
    present_k = true_k + predicted_k > 0
    return {
        "f1": macro_f1(confusion_kk),
        "precision": float((right_k / np.maximum(predicted_k, 1))[present_k].mean()),
        "recall": float((right_k / np.maximum(true_k, 1))[present_k].mean()),
    }


def token_classification_scores(
    true: Sequence[Sequence[int]], predicted: Sequence[Sequence[int]], labels: Sequence[str]
) -> dict[str, float]:
    """All metrics of token_classification but the loss; the names are the same for every set of tags.

    `f1`, `precision` and `recall` are those of entities for BIO tags, and the mean over tags otherwise; `accuracy` is
    the share of tokens with the right tag.

    Args:
        true: The tags of each row's tokens, as indices into `labels`.
        predicted: As many for each row.
        labels: The tags' names.
    """
    counts_kk = confusion(_flat(true), _flat(predicted), len(labels))
    if is_bio(labels):
        named = [[[labels[tag] for tag in row] for row in rows] for rows in (true, predicted)]
        scores = entity_scores(*named)
    else:
        scores = tag_scores(counts_kk)
    return {**scores, "accuracy": accuracy(counts_kk)}


def _flat(rows: Sequence[Sequence[int]]) -> np.ndarray:
    return np.concatenate([np.asarray(row, dtype=np.int64) for row in rows])
