"""Make a data card from plain figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from models.data.care.card import DataCard, Lengths, Numbers
from models.data.care.findings import Findings


def build_card(
    task: str,
    findings: Findings,
    rows_read: Mapping[str, int],
    rows_used: Mapping[str, int],
    *,
    class_names: Sequence[str] = (),
    class_counts: Sequence[int] = (),
    numbers: Sequence[float] | np.ndarray = (),
    token_lengths: Mapping[str, Sequence[int] | np.ndarray] | None = None,
    cut: Mapping[str, int] | None = None,
    unknown_share: float | None = None,
    dropped: Mapping[str, int] | None = None,
) -> DataCard:
    """The card of a data set.

    Args:
        task: Name of the task.
        findings: What `clean` found and dropped.
        rows_read: Rows by split before any was dropped.
        rows_used: Rows by split that are left.
        class_names: Classes, labels or tags in order; empty where there are none.
        class_counts: Training rows of each class (rows with each label, tokens with each tag).
        numbers: The training rows' numbers, for regression.
        token_lengths: Tokens of each input, by split.
        cut: Inputs that were cut, by split.
        unknown_share: Share of the training tokens that are unknown, 0 to 1.
        dropped: Rows dropped for other reasons than those of `clean`, by reason: `empty`, `too_long`.

    Raises:
        ValueError: Names and counts of the classes differ in number.
    """
    lengths = {split: np.asarray(values) for split, values in (token_lengths or {}).items()}
    return DataCard(
        task=task,
        rows_read=dict(rows_read),
        rows_used=dict(rows_used),
        dropped={**findings.dropped, **(dropped or {})},
        findings=findings,
        classes={name: int(count) for name, count in zip(class_names, class_counts, strict=True)},
        numbers=_numbers(np.asarray(numbers, dtype=np.float64)),
        lengths={
            split: _lengths(values_n, (cut or {}).get(split, 0)) for split, values_n in lengths.items() if len(values_n)
        },
        unknown_share=None if unknown_share is None else float(unknown_share),
    )


def _numbers(values_n: np.ndarray) -> Numbers | None:
    if not len(values_n):
        return None
    return Numbers(float(values_n.mean()), float(values_n.std()), float(values_n.min()), float(values_n.max()))


def _lengths(lengths_n: np.ndarray, cut: int) -> Lengths:
    return Lengths(
        median=float(np.median(lengths_n)),
        p95=float(np.percentile(lengths_n, 95)),
        longest=int(lengths_n.max()),
        cut_share=cut / len(lengths_n),
    )
