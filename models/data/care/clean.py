"""Find training rows that harm: said twice, labelled in two ways, or also in the rows that measure."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Hashable, Sequence
from typing import Any

from models.data.care.encoding import is_suspicious
from models.data.care.findings import EXAMPLE_CHARACTERS, MOST_EXAMPLES, Finding, Findings

Row = dict[str, Any]
Parts = dict[str, list[Row]]

# Labels of which a text may have several without contradiction: there is more than one good translation.
FREE_LABELS = (None, "target")


def clean(
    parts: Parts,
    text_keys: Sequence[str],
    label_key: str | None,
    *,
    duplicates: str,
    conflicts: str,
    leakage: str,
) -> tuple[Parts, Findings]:
    """Count harmful training rows, and drop those that are to go. One pass, the same result each time.

    Two rows have the same texts when these are equal but for upper and lower case and white space.

    Args:
        parts: Rows by split. Neither they nor their rows are changed.
        text_keys: Keys that hold a text or a list of words; those that a row lacks are passed over.
        label_key: Key of the answer. None, `target`: one text may have several.
        duplicates: Of training rows with the same texts and label: `keep`, or `drop` all but the first.
        conflicts: Training rows with the same texts and several labels: `keep`, or `drop` all of them.
        leakage: Training rows whose texts are also in validation or test: `keep` or `drop`.

    Returns:
        The splits, `validation` and `test` as they were, and what was found.

    Raises:
        ValueError: An action is neither `keep` nor `drop`.
    """
    actions = {"leakage": leakage, "conflicts": conflicts, "duplicates": duplicates}
    for name, action in actions.items():
        if action not in ("keep", "drop"):
            raise ValueError(f"{name} must be keep or drop, got {action!r}")
    train = parts.get("train", [])
    keys = {split: [_key(row, text_keys) for row in rows] for split, rows in parts.items()}
    test = set(keys.get("test", ()))
    measured = test.union(keys.get("validation", ()))
    labels = [_frozen(row.get(label_key)) for row in train] if label_key else [None] * len(train)
    train_keys = keys.get("train", [])
    found = {
        "leakage": {at for at, key in enumerate(train_keys) if key in measured},
        "conflicts": set() if label_key in FREE_LABELS else _conflicting(train_keys, labels),
        "duplicates": _repeated(train_keys, labels),
    }
    gone: set[int] = set()
    dropped: dict[str, int] = {}
    for name, action in actions.items():
        if action == "drop":
            dropped[name] = len(found[name] - gone)
            gone |= found[name]
    checked = {name: _finding(train, sorted(rows), gone, text_keys) for name, rows in found.items()}
    validation = parts.get("validation", [])
    again = [at for at, key in enumerate(keys.get("validation", ())) if key in test]
    findings = Findings(
        **checked,
        validation_in_test=_finding(validation, again, (), text_keys),
        encoding=_encoding(parts, gone, text_keys),
        dropped={name: count for name, count in dropped.items() if count},
    )
    kept = [row for at, row in enumerate(train) if at not in gone]
    return {split: kept if split == "train" else list(rows) for split, rows in parts.items()}, findings


def texts_of(row: Row, text_keys: Sequence[str]) -> list[str]:
    """The texts of a row; a list of words is one text."""
    values = [row[key] for key in text_keys if key in row]
    return [value if isinstance(value, str) else " ".join(value) for value in values]


def _key(row: Row, text_keys: Sequence[str]) -> bytes:
    """Equal for equal texts; 16 bytes however long these are (a collision is as good as impossible)."""
    folded = "\x00".join(_folded(row[key]) for key in text_keys if key in row)
    return hashlib.blake2b(folded.encode("utf-8", "surrogatepass"), digest_size=16).digest()


def _folded(value: Any) -> str:
    """A text; or words, which stay apart: another division into words has other labels."""
    return " ".join(value.casefold().split()) if isinstance(value, str) else "\x01".join(map(_folded, value))


def _frozen(value: Any) -> Hashable:
    return tuple(_frozen(item) for item in value) if isinstance(value, (list, tuple)) else value


def _conflicting(keys: Sequence[bytes], labels: Sequence[Hashable]) -> set[int]:
    first: dict[bytes, Hashable] = {}
    several = {key for key, label in zip(keys, labels, strict=True) if first.setdefault(key, label) != label}
    return {at for at, key in enumerate(keys) if key in several}


def _repeated(keys: Sequence[bytes], labels: Sequence[Hashable]) -> set[int]:
    seen: set[tuple[bytes, Hashable]] = set()
    repeated = set()
    for at, pair in enumerate(zip(keys, labels, strict=True)):
        if pair in seen:
            repeated.add(at)
        seen.add(pair)
    return repeated


def _finding(rows: Sequence[Row], found: Sequence[int], gone: Collection[int], text_keys: Sequence[str]) -> Finding:
    examples = tuple(_example(rows[at], text_keys) for at in found[:MOST_EXAMPLES])
    return Finding(len(found), sum(at not in gone for at in found), examples)


def _encoding(parts: Parts, gone: Collection[int], text_keys: Sequence[str]) -> Finding:
    count = left = 0
    examples: list[str] = []
    for split, rows in parts.items():
        for at, row in enumerate(rows):
            if any(is_suspicious(text) for text in texts_of(row, text_keys)):
                count += 1
                left += split != "train" or at not in gone
                if len(examples) < MOST_EXAMPLES:
                    examples.append(_example(row, text_keys))
    return Finding(count, left, tuple(examples))


def _example(row: Row, text_keys: Sequence[str]) -> str:
    text = " | ".join(" ".join(text.split()) for text in texts_of(row, text_keys))
    return text if len(text) <= EXAMPLE_CHARACTERS else text[: EXAMPLE_CHARACTERS - 1] + "…"
