"""The data card of prepared data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any

from models.data.care import DataCard, Findings, build_card
from models.data.formats import Format
from models.data.splits import SPLITS, Splits
from models.pretrained.tokenizers import Tokenizers
from models.pretrained.vocabulary import unknown_share
from models.spec import DataSpec

SAMPLED = 2000  # Training rows whose unknown tokens are counted.


def data_card(
    spec: DataSpec,
    kind: Format,
    raw: Splits,
    trained: int,
    lengths: Mapping[str, Sequence[int]],
    tokenizers: Tokenizers,
) -> DataCard:
    """What is to be known of the data, for people.

    Args:
        spec: The data.
        kind: The rows' format.
        raw: The normalized rows, cleaned.
        trained: Training rows that are used, after those were dropped that are too long.
        lengths: Tokens of each input before it was cut, by split; empty where inputs are divided instead.
        tokenizers: What counted them.
    """
    names, counts = _classes(raw)
    texts = kind.texts(raw.train[:SAMPLED])
    used = {name: len(getattr(raw, name)) for name in SPLITS} | {"train": trained}
    kept = {name: [min(length, spec.max_length) for length in values] for name, values in lengths.items()}
    cut = {name: sum(length > spec.max_length for length in values) for name, values in lengths.items()}
    if spec.too_long == "drop" and "train" in kept:
        kept["train"], cut["train"] = [n for n in lengths["train"] if n <= spec.max_length], 0
    return build_card(
        spec.task,
        Findings.from_dict(raw.findings["found"]),
        raw.findings["rows_read"],
        used,
        class_names=names,
        class_counts=counts,
        numbers=raw.train["label"][:] if spec.task == "regression" else (),
        token_lengths=kept,
        cut=cut,
        unknown_share=unknown_share(tokenizers.source, texts),
        dropped={"too_long": len(raw.train) - trained} if trained < len(raw.train) else {},
    )


def _classes(raw: Splits) -> tuple[Sequence[str], Sequence[int]]:
    """Names of classes, labels or tags, and how often each is in the training rows."""
    if not raw.labels:
        return (), ()
    values: Sequence[Any] = raw.train["label"][:]
    flat = chain.from_iterable(values) if values and isinstance(values[0], list) else values
    counts = Counter(flat)
    return raw.labels, [counts[at] for at in range(len(raw.labels))]
