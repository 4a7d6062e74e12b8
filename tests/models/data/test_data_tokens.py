from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from transformers import AutoTokenizer, ByT5Tokenizer

from models.data import prepare
from models.data.tokens import tokenizer_key
from models.errors import InputError
from models.spec import DocstringsData, FileData

Write = Callable[[Path, Sequence[Mapping[str, Any]]], Path]


def test_tokens_are_those_of_the_tokenizer(good_csv: Path, minilm: Any, tmp_path: Path) -> None:
    data = prepare(FileData(source="csv", train="good.csv", max_length=6), minilm, tmp_path / "cache")
    assert data.train.column_names == ["input_ids", "labels"]
    for name in ("train", "validation", "test"):
        tokens, raw = getattr(data, name), getattr(data.raw, name)
        expected = minilm(list(raw["text"]), truncation=True, max_length=6, padding=False)["input_ids"]
        assert list(tokens["input_ids"]) == expected
        assert list(tokens["labels"]) == list(raw["label"])
        assert max(len(ids) for ids in tokens["input_ids"]) == 6


def test_about_the_data(good_csv: Path, tokenizer: Any) -> None:
    data = prepare(FileData(source="csv", train="good.csv"), tokenizer, "cache")
    assert data.labels == ("n", "y")
    assert data.card.classes == {"n": 14, "y": 14}
    assert [row["text"] for row in data.examples(2)] == list(data.raw.validation["text"])[:2]
    assert not data.pair
    assert any("cut, stratified" in note for note in data.source_notes)


def test_classes_without_rows_are_counted(good_csv: Path, tokenizer: Any) -> None:
    data = prepare(FileData(source="csv", train="good.csv", labels=["x", "y", "n"]), tokenizer, "cache")
    assert data.card.classes == {"x": 0, "y": 14, "n": 14}


def test_pairs(in_tmp: Path, write_json: Write, tokenizer: Any) -> None:
    rows = [{"text_a": "a b c d e", "text_b": "f g", "label": at % 2} for at in range(20)]
    write_json(in_tmp / "rows.json", rows)
    data = prepare(FileData(source="json", train="rows.json", max_length=8), tokenizer, "cache")
    words = tokenizer.get_vocab()
    row = data.train[0]
    assert row["input_ids"] == [words[word] for word in ("[CLS]", "a", "b", "c", "[SEP]", "f", "g", "[SEP]")]
    assert row["token_type_ids"] == [0, 0, 0, 0, 0, 1, 1, 1]
    assert data.examples(1)[0]["text_pair"] == "f g"


def test_of_a_pair_the_longer_text_is_cut(in_tmp: Path, write_json: Write, tokenizer: Any) -> None:
    write_json(in_tmp / "rows.json", [{"text_a": "a b", "text_b": "c d e f g", "label": at % 2} for at in range(20)])
    data = prepare(FileData(source="json", train="rows.json", max_length=8), tokenizer, "cache")
    assert tokenizer.decode(data.train[0]["input_ids"]) == "[CLS] a b [SEP] c d e [SEP]"


def test_pairs_without_token_types(in_tmp: Path, write_json: Write, tokenizer: Any) -> None:
    write_json(in_tmp / "rows.json", [{"text_a": "a", "text_b": "b", "label": at % 2} for at in range(20)])
    tokenizer.model_input_names = ["input_ids", "attention_mask"]
    data = prepare(FileData(source="json", train="rows.json"), tokenizer, "cache")
    assert data.train.column_names == ["input_ids", "labels"]


def test_empty_test_split(good_csv: Path, tokenizer: Any) -> None:
    data = prepare(FileData(source="csv", train="good.csv", test_fraction=0), tokenizer, "cache")
    assert data.test.num_rows == 0
    assert data.test.column_names == ["input_ids", "labels"]


def test_splits_are_mapped_from_disk(good_csv: Path, tokenizer: Any) -> None:
    data = prepare(FileData(source="csv", train="good.csv"), tokenizer, "cache")
    for dataset in (data.train, data.validation, data.test, data.raw.train):
        (file,) = dataset.cache_files
        assert Path(file["filename"]).is_relative_to(Path("cache").resolve())


def test_key_ignores_truncation_and_padding(minilm_folder: str) -> None:
    one, two = (AutoTokenizer.from_pretrained(minilm_folder) for _ in range(2))
    two(["some text", "more of the text"], truncation=True, max_length=7, padding="max_length")
    assert one.backend_tokenizer.to_str() != two.backend_tokenizer.to_str()
    assert tokenizer_key(one) == tokenizer_key(two)


def test_key_follows_what_matters(minilm_folder: str, tokenizer: Any) -> None:
    first = AutoTokenizer.from_pretrained(minilm_folder)
    before = tokenizer_key(first)
    first.add_tokens(["LIBRARY"])
    after = tokenizer_key(first)
    first.truncation_side = "left"
    assert len({before, after, tokenizer_key(first), tokenizer_key(tokenizer)}) == 4


def test_slow_tokenizer(good_csv: Path) -> None:
    slow = ByT5Tokenizer(extra_ids=0)
    assert not slow.is_fast
    assert tokenizer_key(slow) == tokenizer_key(ByT5Tokenizer(extra_ids=0))
    assert tokenizer_key(slow) != tokenizer_key(ByT5Tokenizer(extra_ids=3))
    data = prepare(FileData(source="csv", train="good.csv", max_length=10), slow, "cache")
    assert bytes(token - 3 for token in data.train[0]["input_ids"][:-1]) == b"this is r"


def test_max_length_above_the_model(good_csv: Path, minilm: Any) -> None:
    with pytest.raises(InputError) as caught:
        prepare(FileData(source="csv", train="good.csv", max_length=513), minilm, "cache")
    assert str(caught.value) == "data.max_length: must be at most 512, the longest input of this model, got 513"


def test_docstrings_end_to_end(in_tmp: Path, minilm: Any) -> None:
    spec = DocstringsData(libraries=["pandas", "optuna"], sentences_per_library=20)
    data = prepare(spec, minilm, "cache")
    assert data.train.num_rows + data.validation.num_rows + data.test.num_rows == 40
    assert max(len(ids) for ids in data.train["input_ids"]) <= 48
