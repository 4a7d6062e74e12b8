"""Rows to tokens, once for each (data, tokenizer, max_length), however many trainings and processes ask."""

from __future__ import annotations

import hashlib
import json
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from models.data.card_of import data_card
from models.data.care import DataCard, PartsCard
from models.data.fingerprint import fingerprint, source_key
from models.data.formats import FORMATS, Format
from models.data.parts import each_part, fingerprint_of_parts, rows_of_parts, together
from models.data.prepared import PreparedData, PreparedParts
from models.data.read import read
from models.data.remote import UnreachableDataError
from models.data.splits import SPLITS, Splits
from models.data.store import once, read_rows, write_dataset
from models.data.tokens import tokenizer_key, write_tokens
from models.data.vocabulary import model_tokenizers
from models.errors import InputError
from models.pretrained.tokenizers import Tokenizers
from models.spec import DataSpec, DiskData, FileData, ModelSpec, MultiTaskData
from models.spec.parts import part_specs

# Fields that decide how rows become tokens, not which rows there are.
TOKEN_SETTINGS = ("max_length", "max_target_length", "stride", "pack", "prefix", "too_long")
NEITHER = ("num_beams",)  # Nor these: they matter when a text is generated.
ROWS_VERSION = 2  # Raise when `read` gives other rows for the same source: old folders are then not used.
TOKENS_VERSION = 2  # The same for the files of tokens.
MOST_KEPT = 8  # Prepared data that a process remembers.

_MEMO: OrderedDict[tuple[Any, ...], PreparedData] = OrderedDict()


def prepare(spec: DataSpec, tokenizer: Any, cache_dir: str | Path) -> PreparedData:
    """Read, normalize, divide and tokenize; or take what an earlier call, in this process or another, has made.

    Args:
        spec: The data.
        tokenizer: The model that reads the tokens (a `ModelSpec`), or a transformers tokenizer.
        cache_dir: Folder that all processes share. `data/<key>` under it holds normalized rows, `tokens/<key>` tokens,
            `vocabularies/<key>` learned tokenizers, `files/<key>` files that were fetched from a URL.

    Raises:
        InputError: With every problem of the data; also a `ConnectionError`, where a URL may be reachable later.
    """
    by = repr(tokenizer) if isinstance(tokenizer, ModelSpec) else tokenizer_key(tokenizer)
    memo = (repr(spec), by, str(cache_dir), str(Path.cwd()), _stamp(spec))
    if memo not in _MEMO:
        _MEMO[memo] = _prepare(spec, tokenizer, Path(cache_dir).expanduser())
        while len(_MEMO) > MOST_KEPT:
            _MEMO.popitem(last=False)
    _MEMO.move_to_end(memo)
    return _MEMO[memo]


def _prepare(spec: DataSpec, tokenizer: Any, cache_dir: Path) -> PreparedData:
    if isinstance(spec, MultiTaskData):
        return _prepare_parts(spec, tokenizer, cache_dir)
    if not isinstance(tokenizer, ModelSpec):
        _check_length(spec, tokenizer)  # Before the rows are read: that may take long.
    raw, key = _rows(spec, cache_dir)
    tokenizers = _tokenizers(tokenizer, [(FORMATS[spec.task], raw)], key, cache_dir)
    return _tokens(spec, raw, key, tokenizers, cache_dir)


def _prepare_parts(spec: MultiTaskData, tokenizer: Any, cache_dir: Path) -> PreparedParts:
    rows = each_part(spec, lambda _, part: _rows(part, cache_dir))
    texts = [(FORMATS[part.task], rows[name][0]) for name, part in part_specs(spec).items()]
    key = fingerprint_of_parts({name: fingerprint for name, (_, fingerprint) in rows.items()})
    tokenizers = _tokenizers(tokenizer, texts, key, cache_dir)
    parts = each_part(spec, lambda name, part: _tokens(part, *rows[name], tokenizers, cache_dir))
    raw = together(spec, {name: part.raw for name, part in parts.items()})
    train, validation, test = (rows_of_parts([len(getattr(part, name)) for part in parts.values()]) for name in SPLITS)
    card = PartsCard(spec.task, {name: part.card for name, part in parts.items() if isinstance(part.card, DataCard)})
    return PreparedParts(train, validation, test, raw, tokenizers, key, card, parts, spec.temperature)


def _rows(spec: DataSpec, cache_dir: Path) -> tuple[Splits, str]:
    """The normalized rows, and their fingerprint."""
    folder = cache_dir / "data" / _rows_key(spec, cache_dir)
    kept = once(folder, lambda new: _write_rows(new, spec, cache_dir))
    train, validation, test = (read_rows(folder / f"{name}.arrow") for name in SPLITS)
    splits = Splits(train, validation, test, kept["about"], tuple(kept["source_notes"]), kept["findings"])
    return splits, kept["fingerprint"]


def _tokenizers(given: Any, rows: Sequence[tuple[Format, Splits]], key: str, cache_dir: Path) -> Tokenizers:
    """The model's, or the one given."""
    if isinstance(given, ModelSpec):
        return model_tokenizers(given, [(kind, splits.train) for kind, splits in rows], key, cache_dir)
    return Tokenizers(given, given)


def _tokens(spec: DataSpec, raw: Splits, key: str, tokenizers: Tokenizers, cache_dir: Path) -> PreparedData:
    """The rows with this fingerprint as tokens."""
    _check_length(spec, tokenizers.source)
    kind = FORMATS[spec.task]
    keys = [tokenizer_key(tokenizers.source), tokenizer_key(tokenizers.target)]
    lengths = {name: getattr(spec, name) for name in TOKEN_SETTINGS}
    folder = cache_dir / "tokens" / _hash([TOKENS_VERSION, key, spec.task, keys, lengths])
    kept = once(folder, lambda new: _write_tokens(new, raw, kind, tokenizers, spec))
    train, validation, test = (read_rows(folder / f"{name}.arrow") for name in SPLITS)
    return PreparedData(train, validation, test, raw, tokenizers, key, DataCard.from_dict(kept["card"]))


def _rows_key(spec: DataSpec, cache_dir: Path) -> str:
    try:
        source = source_key(spec, cache_dir)
    except UnreachableDataError:
        raise
    except InputError:
        read(spec, cache_dir)  # Says all problems, not only those of the source.
        raise
    fields = {name: value for name, value in asdict(spec).items() if name not in (*TOKEN_SETTINGS, *NEITHER)}
    return _hash([ROWS_VERSION, type(spec).__name__, source, fields])


def _write_rows(folder: Path, spec: DataSpec, cache_dir: Path) -> dict[str, Any]:
    splits = read(spec, cache_dir)
    for name in SPLITS:
        write_dataset(folder / f"{name}.arrow", getattr(splits, name))
    return {
        "about": dict(splits.about),
        "fingerprint": fingerprint(splits),
        "source_notes": splits.source_notes,
        "findings": dict(splits.findings),
    }


def _write_tokens(folder: Path, raw: Splits, kind: Format, tokenizers: Tokenizers, spec: DataSpec) -> dict[str, Any]:
    used = {name: getattr(raw, name) for name in SPLITS}
    lengths = {name: kind.lengths(rows[:], tokenizers, spec, raw.about) for name, rows in used.items() if len(rows)}
    if spec.too_long == "drop" and lengths["train"]:
        fits = [at for at, length in enumerate(lengths["train"]) if length <= spec.max_length]
        if not fits:
            rule = f"no training row has at most {spec.max_length} tokens, and data.too_long=drop"
            raise InputError.one("data.max_length", rule, f"the shortest has {min(lengths['train'])}")
        used["train"] = used["train"].select(fits)
    for name, rows in used.items():
        write_tokens(folder / f"{name}.arrow", rows, kind, tokenizers, raw.about, spec)
    return {"card": data_card(spec, kind, raw, len(used["train"]), lengths, tokenizers).to_dict()}


def _check_length(spec: DataSpec, tokenizer: Any) -> None:
    longest = tokenizer.model_max_length
    if spec.max_length > longest:
        message = f"must be at most {longest}, the longest input of this model, got {spec.max_length}"
        raise InputError.one("data.max_length", message)


def _stamp(spec: DataSpec) -> tuple[tuple[int, int] | None, ...]:
    """Size and time of the local files behind `spec`: a process that lives long sees that one has changed."""
    if isinstance(spec, MultiTaskData):
        return tuple(one for part in part_specs(spec).values() for one in _stamp(part))
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
