from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from models.data import Splits, read
from models.spec import DataSpec, FileData

Problems = Callable[[DataSpec], list[str]]
Write = Callable[[Path, Sequence[Mapping[str, Any]]], Path]


def rows_of(labels: Sequence[Any]) -> list[dict[str, Any]]:
    return [{"text": f"row {at}", "label": label} for at, label in enumerate(labels)]


def json_spec(path: str = "rows.json", **given: Any) -> FileData:
    return FileData(source="json", train=path, **given)


def all_texts(splits: Splits) -> list[str]:
    return [*splits.train["text"], *splits.validation["text"], *splits.test["text"]]


@pytest.mark.parametrize(
    ("values", "names"),
    [
        ([10, 9, 2], ("2", "9", "10")),
        (["10", "9", "2"], ("2", "9", "10")),
        ([1.0, 0.0], ("0", "1")),
        ([True, False], ("False", "True")),
        (["b", "a", " a"], ("a", "b")),
        ([-1, 1], ("-1", "1")),
        (["02", "1"], ("02", "1")),
    ],
)
def test_label_kinds(in_tmp: Path, write_json: Write, values: list[Any], names: tuple[str, ...]) -> None:
    rows = rows_of(values * 10)
    write_json(in_tmp / "rows.json", rows)
    splits = read(json_spec(validation="rows.json", test="rows.json"))
    assert splits.labels == names
    given = [str(int(v)) if isinstance(v, float) else str(v).strip() for v in values * 10]
    assert [names[label] for label in splits.train["label"]] == given


def test_labels_are_ordered_by_the_spec(in_tmp: Path, write_json: Write) -> None:
    write_json(in_tmp / "rows.json", rows_of(["a", "b"] * 10))
    splits = read(json_spec(labels=["b", "a", "c"]))
    assert splits.labels == ("b", "a", "c")
    assert (
        dict(zip(splits.train["text"], splits.train["label"], strict=True)).items()
        <= {f"row {at}": (at + 1) % 2 for at in range(20)}.items()
    )


def test_spec_names_numbered_labels(in_tmp: Path, write_json: Write) -> None:
    write_json(in_tmp / "rows.json", rows_of([1, 0] * 10))
    splits = read(json_spec(labels=["no", "yes"], validation="rows.json"))
    assert [splits.labels[label] for label in splits.validation["label"]] == ["yes", "no"] * 10


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        (["a"], "data.labels: misses b, found in rows.json (labels found: a, b)"),
        (["a", "b", "a"], "data.labels: names a class twice: a, b, a"),
    ],
)
def test_labels_that_do_not_fit(
    in_tmp: Path, write_json: Write, problems: Problems, labels: list[str], message: str
) -> None:
    write_json(in_tmp / "rows.json", rows_of(["a", "b"] * 10))
    assert problems(json_spec(labels=labels)) == [message]


def test_one_class(in_tmp: Path, write_json: Write, problems: Problems) -> None:
    write_json(in_tmp / "rows.json", rows_of(["a"] * 20))
    assert problems(json_spec()) == [
        "data.label: rows.json has only one class, 'a'; at least 2 classes are needed (read from column 'label')"
    ]


def test_fractional_labels(in_tmp: Path, write_json: Write, problems: Problems) -> None:
    write_json(in_tmp / "rows.json", rows_of([3.8, 1.0] * 10))
    found = problems(json_spec())
    assert found[0].startswith("rows.json:1: label must be a string, a whole number or a boolean, got 3.8 ")
    assert len(found) == 6


@pytest.mark.parametrize("texts", [[1, 2.5], ["1", "-2.5"]])
def test_text_column_of_numbers(in_tmp: Path, write_json: Write, problems: Problems, texts: list[Any]) -> None:
    write_json(
        in_tmp / "rows.json", [{"text": text, "n": 1, "label": "ab"[at % 2]} for at, text in enumerate(texts * 9)]
    )
    assert problems(json_spec()) == [
        "data.text: column 'text' of rows.json holds numbers, not text (other columns: n, label)"
    ]


def test_label_that_only_the_test_set_has(in_tmp: Path, write_json: Write, problems: Problems) -> None:
    write_json(in_tmp / "rows.json", rows_of(["a", "b"] * 10))
    write_json(in_tmp / "test.json", rows_of(["a", "c", "c", "b"]))
    assert problems(json_spec(test="test.json")) == [
        "test.json:2: label 'c' is in no training row (2 rows here have it) (training labels: a, b)"
    ]


def test_pairs(in_tmp: Path, write_json: Write) -> None:
    rows = [{"premise": f"p {at}", "hypothesis": f"h {at}", "label": at % 2} for at in range(20)]
    write_json(in_tmp / "rows.json", rows)
    splits = read(json_spec())
    assert splits.pair
    assert splits.test.column_names == ["text", "text_pair", "label"]
    assert all(row["text"][2:] == row["text_pair"][2:] for row in splits.train)


def test_pair_with_an_empty_second_text(in_tmp: Path, write_json: Write, problems: Problems) -> None:
    write_json(in_tmp / "rows.json", [{"text_a": f"t {at}", "text_b": "", "label": at % 2} for at in range(2)])
    assert problems(json_spec())[0] == "rows.json:1: text_b is empty (a row needs its text)"


def test_both_cuts_are_shares_of_the_whole(in_tmp: Path, write_json: Write) -> None:
    write_json(in_tmp / "rows.json", rows_of(["a"] * 60 + ["b"] * 40))
    splits = read(json_spec(validation_fraction=0.2, test_fraction=0.3))
    assert Counter(splits.validation["label"]) == {0: 12, 1: 8}
    assert Counter(splits.test["label"]) == {0: 18, 1: 12}
    assert sorted(all_texts(splits)) == sorted(f"row {at}" for at in range(100))


def test_cut_of_one_split_leaves_the_given_one_alone(in_tmp: Path, write_json: Write) -> None:
    write_json(in_tmp / "rows.json", rows_of(["a", "b"] * 50))
    write_json(in_tmp / "test.json", rows_of(["a", "b"]))
    splits = read(json_spec(test="test.json", validation_fraction=0.1))
    assert (splits.train.num_rows, splits.validation.num_rows, splits.test.num_rows) == (90, 10, 2)


def test_no_test_rows_wanted(good_csv: Path) -> None:
    splits = read(FileData(source="csv", train="good.csv", test_fraction=0))
    assert splits.test.num_rows == 0
    assert splits.test.column_names == ["text", "label"]
    assert splits.train.num_rows == 34


def test_train_rows_does_not_move_the_other_splits(in_tmp: Path, write_json: Write) -> None:
    write_json(in_tmp / "rows.json", rows_of(["a"] * 75 + ["b"] * 25))
    whole, few = read(json_spec()), read(json_spec(train_rows=20))
    assert Counter(few.train["label"]) == {0: 15, 1: 5}
    assert set(few.train["text"]) < set(whole.train["text"])
    assert list(few.validation["text"]) == list(whole.validation["text"])
    assert list(few.test["text"]) == list(whole.test["text"])
    assert "train: 20 of 70 rows drawn, stratified" in few.source_notes


def test_more_train_rows_than_there_are(good_csv: Path) -> None:
    assert read(FileData(source="csv", train="good.csv", train_rows=1000)).train.num_rows == 28


def test_the_seed_decides_the_cut(good_csv: Path) -> None:
    first, again, other = (read(FileData(source="csv", train="good.csv", split_seed=seed)) for seed in (0, 0, 1))
    assert all_texts(first) == all_texts(again)
    assert all_texts(first) != all_texts(other)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (
            {"validation_fraction": 0.01},
            "data.validation_fraction: the validation split needs at least 2 rows, got 0.01 of 40 rows",
        ),
        ({"test_fraction": 0.02}, "data.test_fraction: the test split needs at least 2 rows, got 0.02 of 40 rows"),
        ({"test": "one.csv"}, "data.test: the test split needs at least 2 rows, got 1"),
        (
            {"validation_fraction": 0.6, "test_fraction": 0.4},
            "data.validation_fraction: validation_fraction + test_fraction must be below 1, got 1",
        ),
    ],
)
def test_too_few_rows(good_csv: Path, problems: Problems, given: dict[str, Any], message: str) -> None:
    Path("one.csv").write_text("text,label\nx,y\n")
    assert problems(FileData(source="csv", train="good.csv", **given)) == [message]


def test_train_rows_must_give_each_class_one(in_tmp: Path, write_json: Write, problems: Problems) -> None:
    write_json(in_tmp / "rows.json", rows_of(list("abc") * 10))
    assert problems(json_spec(train_rows=2)) == ["data.train_rows: must be at least the number of classes, 3, got 2"]


def test_unknown_source(problems: Problems) -> None:
    assert problems(DataSpec(source="ftp")) == [
        "data.source: is no kind of source: 'ftp' (docstrings, csv, json, parquet, hub, disk)"
    ]
