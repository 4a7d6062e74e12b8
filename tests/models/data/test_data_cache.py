from __future__ import annotations

import json
import multiprocessing
import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from transformers import PreTrainedTokenizerFast

from models.data import Splits, fingerprint, prepare, read
from models.data.fingerprint import source_key
from models.data.prepare import _MEMO
from models.data.store import MANIFEST, once
from models.errors import InputError
from models.spec import FileData

Write = Callable[[Path, Sequence[Mapping[str, Any]]], Path]

SPEC = FileData(source="csv", train="good.csv")


class CountingTokenizer(PreTrainedTokenizerFast):
    """Works as ever, and counts how often it was asked to."""

    calls = 0

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        type(self).calls += 1
        return super().__call__(*args, **kwargs)


@pytest.fixture
def counting(tokenizer: PreTrainedTokenizerFast) -> CountingTokenizer:
    CountingTokenizer.calls = 0
    return CountingTokenizer(tokenizer_object=tokenizer.backend_tokenizer, unk_token="[UNK]")


@pytest.fixture(autouse=True)
def as_a_new_process() -> None:
    _MEMO.clear()


def mark(folder: Path) -> None:
    """Leave a note in the cached rows that only a reader of the cache can know."""
    manifest = json.loads((folder / MANIFEST).read_text())
    manifest["kept"]["source_notes"] = ["from the cache"]
    (folder / MANIFEST).write_text(json.dumps(manifest))


def test_second_call_reads_and_tokenizes_nothing(good_csv: Path, counting: CountingTokenizer) -> None:
    first = prepare(SPEC, counting, "cache")
    calls = CountingTokenizer.calls
    assert calls > 0
    (folder,) = Path("cache/data").iterdir()
    mark(folder)
    _MEMO.clear()
    second = prepare(SPEC, counting, "cache")
    assert CountingTokenizer.calls == calls
    assert second.source_notes == ("from the cache",)
    assert second.fingerprint == first.fingerprint
    assert list(second.train) == list(first.train)


def test_another_process_uses_the_same_folders(good_csv: Path, minilm: Any, python: Callable[..., str]) -> None:
    prepare(SPEC, minilm, "cache")
    before = {path: path.stat().st_mtime_ns for path in Path("cache").rglob("*")}
    code = (
        f"import os; os.chdir({str(good_csv.parent)!r})\n"
        "from transformers import AutoTokenizer; from models.data import prepare; from models.spec import FileData\n"
        f"tokenizer = AutoTokenizer.from_pretrained({minilm.name_or_path!r})\n"
        f"print(len(prepare({SPEC!r}, tokenizer, 'cache').train[0]['input_ids']))"
    )
    assert int(python(code, PYTHONPATH=str(Path(__file__).parents[3]))) > 0
    assert {path: path.stat().st_mtime_ns for path in Path("cache").rglob("*")} == before


def test_repeated_call_is_remembered(good_csv: Path, tokenizer: Any) -> None:
    first = prepare(SPEC, tokenizer, "cache")
    started = time.perf_counter()
    for _ in range(20):
        assert prepare(replace(SPEC), tokenizer, "cache") is first
    assert (time.perf_counter() - started) / 20 < 1e-3


def test_changed_file_is_read_again(good_csv: Path, tokenizer: Any) -> None:
    first = prepare(SPEC, tokenizer, "cache")
    good_csv.write_text(good_csv.read_text() + "one row more,y\n")
    second = prepare(SPEC, tokenizer, "cache")
    assert second.fingerprint != first.fingerprint
    assert len(list(Path("cache/tokens").iterdir())) == 2


@pytest.mark.parametrize("change", [{"labels": ["y", "n"]}, {"split_seed": 5}, {"test_fraction": 0.3}])
def test_other_settings_give_other_rows(good_csv: Path, tokenizer: Any, change: dict[str, Any]) -> None:
    first, second = prepare(SPEC, tokenizer, "cache"), prepare(replace(SPEC, **change), tokenizer, "cache")
    assert first.fingerprint != second.fingerprint == fingerprint(read(replace(SPEC, **change)))


def test_max_length_shares_the_rows(good_csv: Path, tokenizer: Any) -> None:
    prepare(SPEC, tokenizer, "cache")
    prepare(replace(SPEC, max_length=5), tokenizer, "cache")
    assert len(list(Path("cache/data").iterdir())) == 1
    assert len(list(Path("cache/tokens").iterdir())) == 2


def test_equal_rows_of_two_sources_share_the_tokens(
    good_csv: Path, counting: CountingTokenizer, write_json: Write
) -> None:
    lines = [line.rsplit(",", 1) for line in good_csv.read_text().splitlines()[1:]]
    write_json(Path("good.json"), [{"text": text, "label": label} for text, label in lines])
    prepare(SPEC, counting, "cache")
    calls = CountingTokenizer.calls
    prepare(FileData(source="json", train="good.json"), counting, "cache")
    assert CountingTokenizer.calls == calls


def test_problems_leave_nothing_behind(in_tmp: Path, tokenizer: Any) -> None:
    Path("good.csv").write_text("text,label\n,a\n")
    with pytest.raises(InputError, match="text is empty"):
        prepare(SPEC, tokenizer, "cache")
    assert list(Path("cache").rglob("*.*")) == []


def test_missing_file_says_all_problems(good_csv: Path, tokenizer: Any) -> None:
    Path("bad.csv").write_text("text,label\n,y\n")
    with pytest.raises(InputError) as caught:
        prepare(replace(SPEC, validation="gone.csv", test="bad.csv"), tokenizer, "cache")
    assert [problem.where for problem in caught.value.problems] == ["data.validation", "bad.csv:2"]


@pytest.mark.parametrize("damage", ["no manifest", "cut file", "missing file", "not json"])
def test_half_written_folder_is_never_used(good_csv: Path, tokenizer: Any, damage: str) -> None:
    first = list(prepare(SPEC, tokenizer, "cache").train)
    for folder in (*Path("cache/data").iterdir(), *Path("cache/tokens").iterdir()):
        rows = folder / "train.arrow"
        if damage == "no manifest":
            (folder / MANIFEST).unlink()
            rows.write_bytes(b"")
        elif damage == "cut file":
            rows.write_bytes(rows.read_bytes()[:-50])
        elif damage == "missing file":
            rows.unlink()
        else:
            (folder / MANIFEST).write_text("{")
    _MEMO.clear()
    assert list(prepare(SPEC, tokenizer, "cache").train) == first
    assert [path.name for path in Path("cache").rglob(".*")] == []


def test_what_crashes_leave_behind_is_removed_later(tmp_path: Path) -> None:
    old, new = tmp_path / ".key.old", tmp_path / ".key.new"
    for folder in (old, new):
        folder.mkdir()
    two_days_ago = time.time() - 2 * 24 * 3600
    os.utime(old, (two_days_ago, two_days_ago))
    once(tmp_path / "other", lambda folder: {})
    assert not old.exists()
    assert new.exists()


def test_failed_build_leaves_nothing_behind(tmp_path: Path) -> None:
    def build(folder: Path) -> dict[str, Any]:
        (folder / "half").write_text("half")
        raise InputError.one("data", "no")

    with pytest.raises(InputError):
        once(tmp_path / "key", build)
    assert list(tmp_path.iterdir()) == []


def race(folder: Path, barrier: Any, results: Any) -> None:
    def build(temporary: Path) -> dict[str, Any]:
        (temporary / "rows").write_text(str(os.getpid()))
        barrier.wait(timeout=60)  # Both are building at the same time, whoever is faster.
        return {"by": os.getpid()}

    kept = once(folder, build)
    results.put((os.getpid(), kept["by"], (folder / "rows").read_text()))


def test_two_processes_race(tmp_path: Path) -> None:
    context = multiprocessing.get_context("fork")
    barrier, results = context.Barrier(2), context.Queue()
    processes = [context.Process(target=race, args=(tmp_path / "key", barrier, results)) for _ in range(2)]
    for process in processes:
        process.start()
    told = [results.get(timeout=60) for _ in processes]
    for process in processes:
        process.join()
    winners = {by for _, by, _ in told}
    assert len(winners) == 1
    assert {text for _, _, text in told} == {str(by) for by in winners}
    assert {pid for pid, _, _ in told} > winners
    assert [path.name for path in tmp_path.iterdir()] == ["key"]


def test_fingerprint_follows_rows_and_labels(good_csv: Path) -> None:
    splits = read(SPEC)
    assert fingerprint(splits) == fingerprint(read(SPEC))
    moved = replace(splits, validation=splits.test, test=splits.validation)
    named = replace(splits, about={**splits.about, "labels": ["no", "yes"]})
    changed = replace(splits, train=splits.train.map(lambda row: {"text": row["text"].upper()}))
    fewer: Splits = replace(splits, train=splits.train.select(range(3)))
    assert len({fingerprint(each) for each in (splits, moved, named, changed, fewer)}) == 5


def test_fingerprint_is_stable() -> None:
    """It is in people's records: a change of this value is a change of every record."""
    spec = FileData(source="csv", train=str(Path(__file__).parent / "stable.csv"))
    assert fingerprint(read(spec)) == "9f512036878b0ec01dfbcacc328906221c049039f5db73fda8e8f972365ac9f9"


def test_source_key_of_a_file_is_its_content(good_csv: Path) -> None:
    first = source_key(SPEC)
    os.utime(good_csv, (1, 1))
    assert source_key(SPEC) == first
    good_csv.write_text(good_csv.read_text().replace("number 1", "number 2"))
    assert source_key(SPEC) != first
    good_csv.unlink()
    with pytest.raises(InputError, match=r"data\.train: there is no file"):
        source_key(SPEC)
