"""Words with a tag each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from datasets import Features, List, Value

from models.data.columns import find_role
from models.data.formats.base import Format, Normalized, Row
from models.data.labels import sort_keys
from models.data.splits import Table
from models.data.texts import without_empty
from models.errors import InputError, Problem
from models.pretrained.tokenizers import Tokenizers
from models.spec import DataSpec

WORDS = ("tokens", "words", "text")
TAGS = ("tags", "ner_tags", "pos_tags", "labels", "label", "upos")
IGNORED = -100  # Tag of tokens that no word begins with; torch's own convention.


class Tagged(Format):
    """Rows `tokens`, words, and `label`, an index into `about["labels"]` for each word."""

    text_keys: ClassVar[tuple[str, ...]] = ("tokens",)
    free_keys: ClassVar[tuple[str, ...]] = ("tokens",)
    label_key: ClassVar[str | None] = "label"

    def normalize(self, spec: DataSpec, tables: Mapping[str, Table]) -> Normalized:
        """Columns by name; a row has as many tags as words."""
        problems: list[Problem] = []
        words_at = find_role(tables, "text", spec.text, WORDS, problems)
        tags_at = find_role(tables, "label", spec.label, TAGS, problems)
        if words_at is None or tags_at is None:
            return Normalized({}, problems=problems)
        notes = [f"words: column {words_at!r}; tags: column {tags_at!r}"]
        tables = without_empty(spec, tables, [words_at], notes)
        read: dict[str, list[tuple[list[str], list[str]]]] = {}
        for split, table in tables.items():
            read[split], found = _pairs(table, words_at, tags_at)
            problems += found
        names = [str(name) for name in spec.labels or _ordered({tag for _, tags in read["train"] for tag in tags})]
        index = {name: at for at, name in enumerate(names)}
        for split, table in tables.items():
            for tag in sort_keys({tag for _, tags in read[split] for tag in tags} - set(index)):
                rows = [at for at, (_, tags) in enumerate(read[split]) if tag in tags]
                problems += table.row_problems(rows, f"tag {tag!r} is in no training row", f"tags: {', '.join(names)}")
        if not problems and len(names) < 2:
            problems.append(Problem("data.label", f"at least 2 tags are needed, got {', '.join(names)}"))
        if problems:
            return Normalized({}, {"labels": names}, problems, notes)
        parts = {
            split: [{"tokens": words, "label": [index[tag] for tag in tags]} for words, tags in rows]
            for split, rows in read.items()
        }
        return Normalized(parts, {"labels": names}, problems, notes)

    def features(self, about: Mapping[str, Any]) -> Features:
        """Words and tags."""
        return Features({"tokens": List(Value("string")), "label": List(Value("int64"))})

    def token_features(self, tokenizers: Tokenizers, about: Mapping[str, Any]) -> Features:
        """Token ids, the tag of each token (`IGNORED` but at a word's first), and each token's word (-1: none)."""
        return Features({name: List(Value("int32")) for name in ("input_ids", "labels", "words")})

    def encode(
        self,
        rows: Mapping[str, Sequence[Any]],
        first: int,
        tokenizers: Tokenizers,
        spec: DataSpec,
        about: Mapping[str, Any],
    ) -> dict[str, list[Any]]:
        """Words to tokens; a word's tag stands at its first token, and words past `max_length` have none.

        Raises:
            InputError: The tokenizer cannot say which word a token belongs to.
        """
        if not tokenizers.source.is_fast:
            rule = "token_classification needs a fast tokenizer, which says which word a token belongs to"
            raise InputError.one("model", f"{rule}; got {type(tokenizers.source).__name__}")
        encoded = _encode_words(tokenizers.source, rows["tokens"], spec.max_length)
        labels = rows.get("label")
        columns: dict[str, list[Any]] = {"input_ids": [], "labels": [], "words": []}
        for at, ids in enumerate(encoded["input_ids"]):
            words = _first_tokens(encoded.word_ids(at))
            columns["input_ids"].append(ids)
            columns["words"].append(words)
            if labels is not None:
                columns["labels"].append([IGNORED if word < 0 else labels[at][word] for word in words])
        return columns if labels is not None else {name: columns[name] for name in ("input_ids", "words")}

    def input_rows(self, inputs: Sequence[Any]) -> list[Row]:
        """A list of words each, `{"tokens": […]}`, or a text, divided at white space."""
        rows: list[Row] = []
        for index, given in enumerate(inputs):
            words = given.get("tokens", given.get("text")) if isinstance(given, Mapping) else given
            words = words.split() if isinstance(words, str) else words
            if not isinstance(words, (list, tuple)) or not words or not all(isinstance(word, str) for word in words):
                raise InputError.one(f"inputs[{index}]", f"must be words, or a text; got {given!r}")
            rows.append({"tokens": list(words)})
        return rows


def _encode_words(tokenizer: Any, rows: Sequence[Sequence[str]], max_length: int) -> Any:
    """Byte-level tokenizers mark a word's beginning by the space before it, so they must be asked to add one."""
    backend = tokenizer.backend_tokenizer.pre_tokenizer
    spaced = getattr(backend, "add_prefix_space", None) is False
    given = [[f" {word}" if spaced else word for word in words] for words in rows]
    return tokenizer(
        given,
        is_split_into_words=True,
        truncation=True,
        max_length=max_length,
        padding=False,
        return_attention_mask=False,
        return_token_type_ids=False,
        verbose=False,
    )


def _first_tokens(word_ids: Sequence[int | None]) -> list[int]:
    """The word of each token that is a word's first; -1 for the others."""
    found, before = [], None
    for word in word_ids:
        found.append(word if word is not None and word != before else -1)
        before = word
    return found


def _pairs(table: Table, words_at: str, tags_at: str) -> tuple[list[tuple[list[str], list[str]]], list[Problem]]:
    names = table.class_names.get(tags_at)
    words, tags = table.values(words_at), table.values(tags_at)
    bad = [at for at in range(table.rows) if not _is_words(words[at]) or not isinstance(tags[at], (list, tuple))]
    problems = table.row_problems(bad, f"{words_at} must be a list of words, and {tags_at} a list of tags")
    uneven = [at for at in range(table.rows) if at not in set(bad) and len(words[at]) != len(tags[at])]
    if uneven:
        first = f"{len(words[uneven[0]])} words and {len(tags[uneven[0]])} tags"
        problems += table.row_problems(uneven, f"a row has as many tags as words, got {first}")
    if problems:
        return [], problems
    named = [[names[tag] if names and isinstance(tag, int) else str(tag) for tag in row] for row in tags]
    return [(list(row), tag) for row, tag in zip(words, named, strict=True)], []


def _is_words(value: Any) -> bool:
    return isinstance(value, (list, tuple)) and bool(value) and all(isinstance(word, str) and word for word in value)


def _ordered(tags: set[str]) -> list[str]:
    """`O` first, then as other labels."""
    return [*(["O"] if "O" in tags else []), *sort_keys(tags - {"O"})]
