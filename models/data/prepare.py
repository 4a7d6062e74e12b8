"""Rows to tokens, once for each (data, tokenizer, max_length), however many trainings and processes ask."""

from __future__ import annotations

import hashlib
import json
from collections import Counter, OrderedDict
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from datasets import Dataset

from models.data.fingerprint import fingerprint, source_key
from models.data.read import read
from models.data.splits import SPLITS, Splits
from models.data.store import once, read_rows, write_dataset
from models.data.tokens import tokenizer_key, write_tokens
from models.errors import InputError
from models.spec import DataSpec, DiskData, FileData

ROWS_VERSION = 1  # Raise when `read` gives other rows for the same source: old folders are then not used.
TOKENS_VERSION = 1  # The same for the files of tokens.
MOST_KEPT = 8  # Prepared data that a process remembers.

_MEMO: OrderedDict[tuple[Any, ...], PreparedData] = OrderedDict()


@dataclass(frozen=True, eq=False)
class PreparedData:
    """What a training reads: tokens of three splits, memory-mapped.

    The splits have columns `input_ids` (list of int, no padding), `token_type_ids` (only for pairs, and only if the
    tokenizer makes them), `length` (tokens) and `label` (index into `labels`).

    Attributes:
        test: May have no rows, when `test_fraction` is 0 and no test set was given.
        labels: Class names.
        pair: Whether a row has two texts.
        fingerprint: SHA-256 of the normalized rows, the same wherever they are prepared.
        label_counts: Training rows of each class, in the order of `labels`; 0 for a class that only has a name.
        raw: The normalized rows themselves, in the same order.
        source_notes: What was decided while reading, for people.
    """

    train: Dataset
    validation: Dataset
    test: Dataset
    labels: tuple[str, ...]
    pair: bool
    fingerprint: str
    label_counts: tuple[int, ...]
    raw: Splits
    source_notes: tuple[str, ...] = ()

    def text_example(self, rows: int = 3) -> list[str]:
        """The first few texts of the validation rows, as an example of the input."""
        return list(self.raw.validation[:rows]["text"])

    def text_pair_example(self, rows: int = 3) -> list[str]:
        """The second texts that belong to `text_example`; empty where rows have one text."""
        return list(self.raw.validation[:rows]["text_pair"]) if self.pair else []


def prepare(spec: DataSpec, tokenizer: Any, cache_dir: str | Path) -> PreparedData:
    """Read, normalize, divide and tokenize; or take what an earlier call, in this process or another, has made.

    Args:
        spec: The data.
        tokenizer: A Transformers tokenizer.
        cache_dir: Folder that all processes share. `data/<key>` under it holds normalized rows, `tokens/<key>` tokens.

    Raises:
        InputError: With every problem of the data.
    """
    _check_length(spec, tokenizer)
    memo = (repr(spec), tokenizer_key(tokenizer), str(cache_dir), str(Path.cwd()), _stamp(spec))
    if memo not in _MEMO:
        _MEMO[memo] = _prepare(spec, tokenizer, Path(cache_dir).expanduser())
        while len(_MEMO) > MOST_KEPT:
            _MEMO.popitem(last=False)
    _MEMO.move_to_end(memo)
    return _MEMO[memo]


def _prepare(spec: DataSpec, tokenizer: Any, cache_dir: Path) -> PreparedData:
    rows = cache_dir / "data" / _rows_key(spec)
    about = once(rows, lambda folder: _write_rows(folder, spec))
    notes = tuple(about["source_notes"])
    train, validation, test = (read_rows(rows / f"{name}.arrow") for name in SPLITS)
    raw = Splits(train, validation, test, tuple(about["labels"]), about["pair"], notes)
    key = _hash([TOKENS_VERSION, about["fingerprint"], tokenizer_key(tokenizer), spec.max_length])
    tokens = cache_dir / "tokens" / key
    once(tokens, lambda folder: _write_tokens(folder, raw, tokenizer, spec.max_length))
    train, validation, test = (read_rows(tokens / f"{name}.arrow") for name in SPLITS)
    counts = tuple(about["label_counts"])
    return PreparedData(train, validation, test, raw.labels, raw.pair, about["fingerprint"], counts, raw, notes)


def _rows_key(spec: DataSpec) -> str:
    try:
        source = source_key(spec)
    except InputError:
        read(spec)  # Says all problems, not only those of the source.
        raise
    return _hash([ROWS_VERSION, type(spec).__name__, source, {**asdict(spec), "max_length": None}])


def _write_rows(folder: Path, spec: DataSpec) -> dict[str, Any]:
    splits = read(spec)
    for name in SPLITS:
        write_dataset(folder / f"{name}.arrow", getattr(splits, name))
    counts = Counter(splits.train["label"])
    return {
        "labels": splits.labels,
        "pair": splits.pair,
        "fingerprint": fingerprint(splits),
        "label_counts": [counts[label] for label in range(len(splits.labels))],
        "source_notes": splits.source_notes,
    }


def _write_tokens(folder: Path, raw: Splits, tokenizer: Any, max_length: int) -> dict[str, Any]:
    for name in SPLITS:
        write_tokens(folder / f"{name}.arrow", getattr(raw, name), tokenizer, max_length)
    return {"max_length": max_length}


def _check_length(spec: DataSpec, tokenizer: Any) -> None:
    longest = tokenizer.model_max_length
    if spec.max_length > longest:
        message = f"must be at most {longest}, the longest input of this model, got {spec.max_length}"
        raise InputError.one("data.max_length", message)


def _stamp(spec: DataSpec) -> tuple[tuple[int, int] | None, ...]:
    """Size and time of the files behind `spec`: a process that lives long sees that one has changed."""
    if isinstance(spec, FileData):
        names = [name for name in (spec.train, spec.validation, spec.test) if name is not None]
        paths = [Path(name).expanduser() for name in names]
    elif isinstance(spec, DiskData):
        folder = Path(spec.path).expanduser()
        paths = [folder / "state.json", folder / "dataset_dict.json", *sorted(folder.glob("*/state.json"))]
    else:
        return ()
    return tuple(_stat(path) for path in paths)


def _stat(path: Path) -> tuple[int, int] | None:
    try:
        stat = path.stat()
    except OSError:
        return None
    return stat.st_size, stat.st_mtime_ns


def _hash(parts: Any) -> str:
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:32]
