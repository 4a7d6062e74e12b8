import json
from pathlib import Path

import pytest

from models.predict import Predictor
from tests.hpo.commands.conftest import Hpo, Swept

pytestmark = pytest.mark.e2e
CHINESE = "这碗汤很好喝 ✓ 𠮷 “quoted” \\ /"
ROWS = [
    {"id": 7, "text": "what a wonderful evening", "nested": {"a": [1, 2.5, None, True]}},
    {"text": CHINESE, "名": "值"},
    {"text": "dull stupid and flat", "label": "bad"},
]


@pytest.fixture
def rows(tmp_path: Path) -> Path:
    path = tmp_path / "in.jsonl"
    lines = [json.dumps(row, ensure_ascii=False) for row in ROWS]
    path.write_text("\n".join([*lines, "", json.dumps("a joy from start")]) + "\n", encoding="utf-8")
    return path


def lines_of(text: str) -> list[dict]:
    return [json.loads(line) for line in text.split("\n") if line]


def test_file_keeps_every_key_and_every_byte(hpo: Hpo, swept: Swept, rows: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    done = hpo("predict", "first", "--file", rows, "--out", out, "--output-dir", swept.output, LC_ALL="C")
    assert done.returncode == 0, done.stderr
    assert "4 rows" in done.stdout
    found = lines_of(out.read_text(encoding="utf-8"))
    given = [*ROWS, {"text": "a joy from start"}]
    assert [{key: value for key, value in row.items() if key != "prediction"} for row in found] == given
    assert f'"text": {json.dumps(CHINESE, ensure_ascii=False)}, "名": "值"'.encode() in out.read_bytes()
    expected = Predictor.load(swept.weights(swept.best)).predict([row["text"] for row in given])
    for row, prediction in zip(found, expected, strict=True):
        assert row["prediction"]["label"] == prediction["label"]
        assert row["prediction"]["scores"] == pytest.approx(prediction["scores"], abs=1e-6)
    again = hpo("predict", "first", "--file", rows, "--output-dir", swept.output, "--batch-size", 1)
    assert [row["text"] for row in lines_of(again.stdout)] == [row["text"] for row in given]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.jsonl", "out.jsonl"]


def test_what_is_there_is_replaced_only_when_asked(hpo: Hpo, swept: Swept, rows: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    out.write_text("precious")
    command = ("predict", "first", "--file", rows, "--out", out, "--output-dir", swept.output)
    done = hpo(*command)
    assert done.returncode == 2
    assert "--force" in done.stderr
    assert out.read_text() == "precious"
    assert hpo(*command, "--force").returncode == 0
    assert len(lines_of(out.read_text())) == 4


def test_bad_lines_are_all_told_and_nothing_is_written(hpo: Hpo, swept: Swept, tmp_path: Path) -> None:
    path = tmp_path / "in.jsonl"
    lines = [b'{"text": "fine"}', b'{"text": 5}', b"nope", b'{"body": "x"}', b'{"text": "a", "text_pair": "b"}']
    path.write_bytes(b"\n".join([*lines, b'{"text": "\xff"}', b'{"text": "\\ud800"}', b'{"text":"x","prediction":1}']))
    done = hpo("predict", "first", "--file", path, "--out", tmp_path / "out.jsonl", "--output-dir", swept.output)
    assert done.returncode == 2
    for piece in (
        "7 problems",
        "in.jsonl:2: must be a text",
        "got {'text': 5}",
        "in.jsonl:3: must be JSON",
        "in.jsonl:4: must be a text",
        "in.jsonl:5: must be one text, as in training",
        "in.jsonl:6: must be UTF-8",
        "in.jsonl:7: must be UTF-8",
        "in.jsonl:8: has the key prediction already",
    ):
        assert piece in done.stderr, done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["in.jsonl"]


def test_text_is_readable_and_json_is_for_machines(hpo: Hpo, swept: Swept) -> None:
    texts = ("--text", "what a wonderful evening", "--text", CHINESE, "--output-dir", swept.output)
    shown = hpo("predict", "first", *texts).stdout
    expected = Predictor.load(swept.weights(swept.best)).predict(["what a wonderful evening", CHINESE])
    assert CHINESE in shown
    assert f"{expected[0]['label']}  {expected[0]['score']:.4g}" in shown
    found = lines_of(hpo("predict", "first", *texts, "--json").stdout)
    assert [row["text"] for row in found] == ["what a wonderful evening", CHINESE]
    assert [row["prediction"]["label"] for row in found] == [one["label"] for one in expected]


def test_trial_and_folder(hpo: Hpo, swept: Swept) -> None:
    other = next(number for number in swept.kept if number != swept.best)
    by_number = hpo("predict", "first", "--trial", other, "--text", "x", "--json", "--output-dir", swept.output)
    by_folder = hpo("predict", swept.weights(other), "--text", "x", "--json")
    assert by_number.stdout == by_folder.stdout != ""
    assert by_number.stdout != hpo("predict", swept.weights(swept.best), "--text", "x", "--json").stdout


@pytest.mark.parametrize(
    ("arguments", "pieces"),
    [
        (["nosuch", "--text", "x"], ["neither a sweep", "sweeps: first"]),
        (["first", "--text", "x", "--trial", "6"], ["--trial: must be a trial of first, 0 to 5, got 6"]),
        (["first"], ["must be one of --text", "got none"]),
        (["first", "--text", "x", "--file", "in.jsonl"], ["got --text and --file"]),
        (["first", "--text", "x", "--text", "y", "--text-pair", "z"], ["once for each --text: 2 times, got 1"]),
        (["first", "--question", "who?"], ["--context", "once for each --question: 1 times, got 0"]),
        (["first", "--text", "a", "--text-pair", "b"], ["input 1: must be one text, as in training"]),
        (["first", "--file", "nosuch.jsonl"], ["no such file: nosuch.jsonl"]),
        (["first", "--text", "x", "--batch-size", "0"], ["at least 1, got '0'"]),
        (["first", "--question", "who?", "--context", "me"], ["input 1: must be a text"]),
    ],
)
def test_mistakes_are_told(hpo: Hpo, swept: Swept, arguments: list[str], pieces: list[str]) -> None:
    done = hpo("predict", *arguments, "--output-dir", swept.output)
    assert done.returncode == 2, done.stdout
    for piece in pieces:
        assert piece in done.stderr


def test_a_trial_without_weights_says_which_have_some(hpo: Hpo, swept: Swept) -> None:
    gone = next(trial["number"] for trial in swept.summary["trials"] if trial["number"] not in swept.kept)
    done = hpo("predict", "first", "--trial", gone, "--text", "x", "--output-dir", swept.output)
    assert done.returncode == 2
    assert f"trial {gone} of first has no weights" in done.stderr
    assert ", ".join(map(str, swept.kept)) in done.stderr


def test_help_shows_examples(hpo: Hpo) -> None:
    done = hpo("predict", "--help")
    assert done.returncode == 0
    for piece in ("--text TEXT", "--file in.jsonl --out out.jsonl", "by their length"):
        assert piece in done.stdout
