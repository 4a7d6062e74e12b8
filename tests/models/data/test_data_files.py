from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import datasets
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from models.data import read
from models.spec import DataSpec, FileData

Problems = Callable[[DataSpec], list[str]]

TEXTS = [
    "这部电影很好看。",
    "Great 👩‍👩‍👧 film 🎬!",
    'He said "no", twice',
    "two\nlines\r\nof text",
    "a\u2028b\u00a0c",
    "plain",
    "é",
    "x, y",
]
ROWS = [{"text": text, "label": label} for text in TEXTS for label in ("好", "bad")]


def csv_of(rows: list[dict[str, str]]) -> str:
    quoted = ['"' + row["text"].replace('"', '""') + f'",{row["label"]}' for row in rows]
    return "text,label\n" + "\n".join(quoted) + "\n"


def write(path: Path, kind: str) -> str:
    if kind == "csv":
        path.write_bytes(csv_of(ROWS).encode())
    elif kind == "csv-bom":
        path.write_bytes(b"\xef\xbb\xbf" + csv_of(ROWS).encode())
    elif kind == "jsonl":
        path.write_bytes("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in ROWS).encode())
    elif kind == "array":
        path.write_text(json.dumps(ROWS, indent=2), encoding="utf-8")
    else:
        pq.write_table(pa.Table.from_pylist(ROWS), path)
    return {"csv-bom": "csv", "jsonl": "json", "array": "json"}.get(kind, kind)


@pytest.mark.parametrize("kind", ["csv", "csv-bom", "jsonl", "array", "parquet"])
def test_texts_survive_byte_for_byte(in_tmp: Path, kind: str) -> None:
    source = write(in_tmp / "rows.dat", kind)
    splits = read(FileData(source=source, train="rows.dat", validation="rows.dat", test="rows.dat"))
    assert splits.labels == ("bad", "好")
    for split in (splits.train, splits.validation, splits.test):
        assert split.column_names == ["text", "label"]
        got = [(row["text"].encode(), splits.labels[row["label"]]) for row in split]
        assert got == [(row["text"].encode(), row["label"]) for row in ROWS]


def test_home_is_expanded(good_csv: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(good_csv.parent))
    assert read(FileData(source="csv", train="~/good.csv")).train.num_rows == 28


@pytest.mark.parametrize("delimiter", ["\t", ";"])
def test_other_delimiters(in_tmp: Path, delimiter: str) -> None:
    rows = [("text", "label"), *((f"one, two {at}", "ab"[at % 2]) for at in range(20))]
    (in_tmp / "rows.csv").write_text("".join(delimiter.join(row) + "\n" for row in rows))
    assert "one, two 0" in read(FileData(source="csv", train="rows.csv", validation="rows.csv")).validation["text"]


def test_parquet_keeps_class_names(in_tmp: Path) -> None:
    features = datasets.Features({"text": datasets.Value("string"), "label": datasets.ClassLabel(names=["z", "a"])})
    data = datasets.Dataset.from_dict({"text": ["one", "two"] * 10, "label": [0, 1] * 10}, features=features)
    pq.write_table(data.data.table.cast(features.arrow_schema), in_tmp / "rows.parquet")
    assert read(FileData(source="parquet", train="rows.parquet")).labels == ("z", "a")


def test_long_fields(in_tmp: Path) -> None:
    (in_tmp / "rows.csv").write_text("text,label\n" + f"{'x' * 300_000},a\ny,b\n" * 5)
    assert max(len(text) for text in read(FileData(source="csv", train="rows.csv")).train["text"]) == 300_000


def test_train_is_required(problems: Problems) -> None:
    assert problems(FileData(source="csv")) == ["data.train: must be given: the csv file with the training rows"]


def test_missing_files_are_all_reported_with_what_is_near(good_csv: Path, problems: Problems) -> None:
    spec = FileData(source="csv", train="godo.csv", validation="no/where.csv", test=".")
    assert problems(spec) == [
        f"data.train: there is no file godo.csv (in {good_csv.parent} there are: good.csv)",
        "data.validation: there is no file no/where.csv "
        f"(its folder is missing too; {good_csv.parent} is the last that exists)",
        "data.test: . is a folder, not a file (files in it: good.csv)",
    ]


@pytest.mark.parametrize("source", ["csv", "json", "parquet"])
def test_empty_file(in_tmp: Path, problems: Problems, source: str) -> None:
    (in_tmp / "rows").write_bytes(b"")
    assert problems(FileData(source=source, train="rows")) == ["data.train: rows is empty"]


@pytest.mark.parametrize(
    ("source", "content", "message"),
    [
        ("csv", "text,label\n", "data.train: rows has a header and no rows"),
        ("json", "[]", "data.train: rows has no rows"),
        ("csv", " \n\n", "data.train: rows is empty"),
        ("csv", "text,text,label\na,b,c\n", "rows:1: names a column twice: text"),
        ("parquet", "text,label", "data.train: rows cannot be read as Parquet: "),
    ],
)
def test_nothing_to_read(in_tmp: Path, problems: Problems, source: str, content: str, message: str) -> None:
    (in_tmp / "rows").write_text(content)
    (found,) = problems(FileData(source=source, train="rows"))
    assert found.startswith(message)


def test_parquet_without_rows(in_tmp: Path, problems: Problems) -> None:
    pq.write_table(pa.table({"text": pa.array([], pa.string())}), in_tmp / "rows")
    assert problems(FileData(source="parquet", train="rows")) == ["data.train: rows has no rows"]


def test_csv_lines_are_those_of_an_editor(in_tmp: Path, problems: Problems) -> None:
    (in_tmp / "rows.csv").write_text(
        'text,label\n"two\nlines",a\n\ntoo,many,b\nfew\n,a\n"  ",b\n"x\n\ny",\nfine,a\nok,b\n'
    )
    assert problems(FileData(source="csv", train="rows.csv")) == [
        "rows.csv:5: has 3 fields, the header has 2 (quote a field that holds the delimiter or a newline)",
        "rows.csv:6: has 1 fields, the header has 2 (quote a field that holds the delimiter or a newline)",
        "rows.csv:7: text is empty (a row needs its text)",
        "rows.csv:8: text is empty (a row needs its text)",
        "rows.csv:9: label is null (a row needs its label)",
    ]


@pytest.mark.parametrize(("ending", "line"), [("\n", 4), ("\r\n", 4), ("\r", 4)])
def test_csv_line_ends(in_tmp: Path, problems: Problems, ending: str, line: int) -> None:
    (in_tmp / "rows.csv").write_bytes(ending.join(["text,label", "a,x", "b,y", ",x", "c,y", ""]).encode())
    assert problems(FileData(source="csv", train="rows.csv"))[0].startswith(f"rows.csv:{line}: text is empty")


def test_csv_with_an_open_quote(in_tmp: Path, problems: Problems) -> None:
    (in_tmp / "rows.csv").write_text('text,label\na,x\nb,y\n"never closed,x\nc,y\n')
    assert problems(FileData(source="csv", train="rows.csv"))[0].startswith("rows.csv:4: is not valid CSV: ")


def test_many_bad_rows_are_counted(in_tmp: Path, problems: Problems) -> None:
    (in_tmp / "rows.csv").write_text("text,label\n" + ",a\n" * 12 + "x,a\ny,b\n" * 5 + "1,2,3\n" * 7)
    found = problems(FileData(source="csv", train="rows.csv"))
    assert [line.split(": ")[0] for line in found if "text is empty" in line] == [
        *(f"rows.csv:{line}" for line in range(2, 7)),
        "rows.csv",
    ]
    assert "rows.csv: text is empty: 12 rows in all (the first 5 are listed)" in found
    assert "rows.csv: the number of fields is not the header's 2: 7 rows in all (the first 5 are listed)" in found


def test_json_lines_that_cannot_be_read(in_tmp: Path, problems: Problems) -> None:
    lines = [
        '{"text": "a", "label": 0}',
        "",
        '{"text": "b", "label": }',
        "[1]",
        '{"text": null, "label": 1}',
        '{"label": 1}',
    ]
    lines += ['{"text": 5, "label": null}', '{"text": "\\ud800", "label": 1}', '{"text": "c", "label": [1]}']
    (in_tmp / "rows.jsonl").write_text("\n".join(lines))
    assert problems(FileData(source="json", train="rows.jsonl")) == [
        "rows.jsonl:3: is not valid JSON: Expecting value, column 24 (one object a line, or one array of objects)",
        'rows.jsonl:4: is not a JSON object (a row looks like {"text": "...", "label": "..."})',
        "rows.jsonl:5: text is null (a row needs its text)",
        "rows.jsonl:6: text is null (a row needs its text)",
        "rows.jsonl:7: text is not a string",
        "rows.jsonl:8: text holds half of a surrogate pair, which is no character",
        "rows.jsonl:7: label is null (a row needs its label)",
        "rows.jsonl:9: label must be a string, a whole number or a boolean, got [1] "
        "(text_classification needs one class a row)",
    ]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('[\n {"text": "a",\n "label" 1}\n]', "rows:3: is not valid JSON: Expecting ':' delimiter, column 10"),
        ('[\n {"text": "a"}\n\n {"text": "b"}]', "rows:2: is not valid JSON: a comma or ] must follow a row"),
        ('[\n {"text": "a"}\n', "rows:2: is not valid JSON: the array has no closing ]"),
        ('[{"text": "a"}]\n\n[]', "rows:3: is not valid JSON: something follows the array"),
    ],
)
def test_json_array_that_cannot_be_read(in_tmp: Path, problems: Problems, content: str, message: str) -> None:
    (in_tmp / "rows").write_text(content)
    assert problems(FileData(source="json", train="rows"))[0] == message


def test_json_array_rows_have_their_line(in_tmp: Path, problems: Problems) -> None:
    rows = [{"text": "a", "label": 1}, {"text": " ", "label": 0}, {"text": "c", "label": 1}]
    (in_tmp / "rows").write_text(json.dumps(rows, indent=1))
    assert problems(FileData(source="json", train="rows")) == ["rows:6: text is empty (a row needs its text)"]


def test_parquet_rows_have_their_number(in_tmp: Path, problems: Problems) -> None:
    pq.write_table(pa.table({"text": ["a", None], "label": [0, 1]}), in_tmp / "rows")
    assert problems(FileData(source="parquet", train="rows")) == [
        "data.train: row 2 of rows: text is null (a row needs its text)"
    ]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"text,label\na,x\nb\xff,y\n", "rows:3: is not UTF-8: byte 0xff (save the file as UTF-8)"),
        (b"\xef\xbb\xbftext,label\r\na\xe9,x\r\n", "rows:2: is not UTF-8: byte 0xe9 (save the file as UTF-8)"),
        ("text".encode("utf-16"), "rows:1: is not UTF-8: it begins with the mark of UTF-16 (save the file as UTF-8)"),
    ],
)
@pytest.mark.parametrize("source", ["csv", "json"])
def test_undecodable(in_tmp: Path, problems: Problems, source: str, content: bytes, message: str) -> None:
    (in_tmp / "rows").write_bytes(content)
    assert problems(FileData(source=source, train="rows")) == [message]


def test_problems_of_all_files_come_together(good_csv: Path, problems: Problems) -> None:
    Path("bad.csv").write_text("text,label\n,y\nfine,x\n")
    spec = FileData(source="csv", train="good.csv", validation="bad.csv", test="gone.csv")
    found = problems(spec)
    assert found[0].startswith("data.test: there is no file gone.csv")
    assert found[1:] == [
        "bad.csv:2: text is empty (a row needs its text)",
        "bad.csv:3: label 'x' is in no training row (1 rows here have it) (training labels: n, y)",
    ]
