"""Data that names its splits itself: folders of save_to_disk, and the hub without a network."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from datasets import ClassLabel, Dataset, DatasetDict, Features, Value, load_dataset

from models.data import read
from models.data.fingerprint import source_key
from models.errors import InputError
from models.spec import DataSpec, DiskData

Problems = Callable[[DataSpec], list[str]]

FEATURES = Features({"sentence": Value("string"), "label": ClassLabel(names=["neg", "pos"])})


def rows(labels: Sequence[int], word: str = "row") -> Dataset:
    columns = {"sentence": [f"{word} {at} 中文 🎈" for at in range(len(labels))], "label": list(labels)}
    return Dataset.from_dict(columns, features=FEATURES)


def save(folder: Path, **splits: Dataset) -> DiskData:
    DatasetDict(splits).save_to_disk(str(folder))
    return DiskData(path=str(folder))


def test_one_split_is_cut(tmp_path: Path) -> None:
    rows([1, 0] * 20).save_to_disk(str(tmp_path / "data"))
    splits = read(DiskData(path=str(tmp_path / "data")))
    assert splits.labels == ("neg", "pos")
    assert (splits.train.num_rows, splits.validation.num_rows, splits.test.num_rows) == (28, 6, 6)
    assert "row 0 中文 🎈" in [*splits.train["text"], *splits.validation["text"], *splits.test["text"]]


@pytest.mark.parametrize("name", ["validation", "dev"])
def test_own_splits_are_used(tmp_path: Path, name: str) -> None:
    spec = save(tmp_path / "data", train=rows([1, 0] * 20), test=rows([0, 1, 1], "test"), **{name: rows([1, 0], "val")})
    splits = read(spec)
    assert [text.split()[0] for text in splits.validation["text"]] == ["val"] * 2
    assert [text.split()[0] for text in splits.test["text"]] == ["test"] * 3
    assert splits.train.num_rows == 40
    assert f"validation: the dataset's own split {name!r}" in splits.source_notes


def test_a_secret_test_split_is_ignored(tmp_path: Path) -> None:
    spec = save(tmp_path / "data", train=rows([1, 0] * 20), validation=rows([1, 0]), test=rows([-1] * 9, "secret"))
    splits = read(spec)
    assert splits.test.num_rows == 6
    assert not any(text.startswith("secret") for text in splits.test["text"])
    assert f"test: split 'test' of {spec.path} has no labels (all -1) and was ignored" in splits.source_notes


def test_a_split_that_is_the_training_split_is_not_used_again(tmp_path: Path) -> None:
    save(tmp_path / "data", train=rows([1, 0] * 20), test=rows([0, 1] * 20, "test"))
    splits = read(DiskData(path=str(tmp_path / "data"), train="test"))
    assert splits.train.num_rows == 28
    assert set(splits.train["text"]).isdisjoint(splits.test["text"])


def test_rows_without_a_label_are_left_out(tmp_path: Path) -> None:
    splits = read(save(tmp_path / "data", train=rows([1, 0] * 20 + [-1] * 5)))
    assert splits.train.num_rows + splits.validation.num_rows + splits.test.num_rows == 40
    assert "train: 5 rows without a label (-1) were left out" in splits.source_notes


def test_no_labels_at_all(tmp_path: Path, problems: Problems) -> None:
    spec = save(tmp_path / "data", train=rows([-1] * 5))
    assert problems(spec) == [
        f"data.label: split 'train' of {spec.path} has no labels (all -1); at least 2 classes are needed "
        "(read from column 'label')"
    ]


def test_splits_that_are_not_there(tmp_path: Path, problems: Problems) -> None:
    save(tmp_path / "data", train=rows([1, 0]), test=rows([1, 0]))
    path = str(tmp_path / "data")
    assert problems(DiskData(path=path, train="trian", validation="val")) == [
        f"data.train: {path} has no split 'trian' (splits: train, test)",
        f"data.validation: {path} has no split 'val' (splits: train, test)",
    ]


def test_a_single_split_has_no_others(tmp_path: Path, problems: Problems) -> None:
    rows([1, 0] * 20).save_to_disk(str(tmp_path))
    assert problems(DiskData(path=str(tmp_path), test="test")) == [
        f"data.test: {tmp_path} holds a single split, so 'test' is not in it (give null)"
    ]


def test_rows_are_named_by_number(tmp_path: Path, problems: Problems) -> None:
    columns = {"sentence": ["a", "", "c"], "label": [0, 1, None]}
    Dataset.from_dict(columns, features=FEATURES).save_to_disk(str(tmp_path))
    assert problems(DiskData(path=str(tmp_path))) == [
        f"data.train: row 2 of split 'train' of {tmp_path}: sentence is empty (a row needs its text)",
        f"data.train: row 3 of split 'train' of {tmp_path}: label is null (a row needs its label)",
    ]


def test_not_what_save_to_disk_writes(in_tmp: Path, problems: Problems) -> None:
    hint = "write it with datasets.Dataset.save_to_disk or DatasetDict.save_to_disk"
    (in_tmp / "folder").mkdir()
    (in_tmp / "folder" / "rows.csv").touch()
    assert problems(DiskData(path="gone")) == [f"data.path: there is no folder gone ({hint})"]
    assert problems(DiskData(path="folder")) == [
        f"data.path: folder was not written by save_to_disk; it holds rows.csv ({hint})"
    ]
    assert problems(DiskData(path="folder/rows.csv")) == [
        f"data.path: folder/rows.csv is a file, not a folder ({hint}; for files: data=csv|json|parquet)"
    ]


def test_a_broken_folder(in_tmp: Path, problems: Problems) -> None:
    rows([1, 0]).save_to_disk("data")
    Path("data/state.json").write_text("{}")
    (found,) = problems(DiskData(path="data"))
    assert found.startswith("data.path: data cannot be read: ")


def test_source_key_follows_the_folder(tmp_path: Path) -> None:
    spec = save(tmp_path / "data", train=rows([1, 0] * 20))
    first = source_key(spec)
    assert source_key(spec) == first
    (arrow,) = Path(spec.path).glob("train/*.arrow")
    os.utime(arrow, (1, 1))  # As when another program has written it anew.
    assert source_key(spec) != first
    shutil.rmtree(spec.path)
    save(tmp_path / "data", train=rows([0, 1] * 20))
    assert source_key(spec) != first
    shutil.rmtree(spec.path)
    with pytest.raises(InputError, match="there is no folder"):
        source_key(spec)


READ_HUB = """
from models.data import read
from models.data.fingerprint import source_key
from models.errors import InputError
from models.spec import HubData
spec = HubData(id="someone/TinyRows")
try:
    splits = read(spec)
    print(source_key(spec), splits.labels, splits.train.num_rows, splits.test.num_rows, splits.train["text"][0])
except InputError as error:
    print(error)
"""
WAYS = (
    "(without network: set HF_HUB_OFFLINE=1 and use a dataset that is in the local cache; "
    "or data=disk with a folder of save_to_disk; or data=csv|json|parquet)"
)


def hub_env(folder: Path, offline: bool) -> dict[str, str]:
    # .invalid is a top-level domain that never resolves (RFC 2606).
    return {
        "HF_HOME": str(folder),
        "HF_DATASETS_CACHE": str(folder / "datasets"),
        "HF_HUB_OFFLINE": str(int(offline)),
        "HF_ENDPOINT": "https://hub.invalid",
        "HTTPS_PROXY": "",
        "https_proxy": "",
        "ALL_PROXY": "",
        "all_proxy": "",
    }


def test_hub_without_network(tmp_path: Path, python: Callable[..., str]) -> None:
    said = python(READ_HUB, **hub_env(tmp_path, offline=False)).strip()
    assert said == (
        "data.id: someone/TinyRows cannot be reached: no network, hub.invalid is unknown, "
        f"and it is not in the local cache {WAYS}"
    )


def test_hub_offline_and_not_cached(tmp_path: Path, python: Callable[..., str]) -> None:
    said = python(READ_HUB, **hub_env(tmp_path, offline=True)).strip()
    assert said.startswith("data.id: someone/TinyRows cannot be reached on the hub: ")
    assert said.endswith(WAYS)


def test_hub_offline_from_the_local_cache(tmp_path: Path, python: Callable[..., str]) -> None:
    rows([1, 0] * 20).to_parquet(str(tmp_path / "rows.parquet"))
    files = {"train": str(tmp_path / "rows.parquet")}
    load_dataset("parquet", data_files=files, cache_dir=str(tmp_path / "built"))
    (built,) = (tmp_path / "built" / "parquet").glob("*/*/*/dataset_info.json")
    commit = "0123456789abcdef0123456789abcdef01234567"
    cached = tmp_path / "datasets" / "someone___tiny_rows" / "default" / "0.0.0" / commit
    shutil.copytree(built.parent, cached)
    (cached / "parquet-train.arrow").rename(cached / "tiny_rows-train.arrow")
    info = (cached / "dataset_info.json").read_text()
    (cached / "dataset_info.json").write_text(info.replace('"dataset_name": "parquet"', '"dataset_name": "tiny_rows"'))
    said = python(READ_HUB, **hub_env(tmp_path, offline=True)).strip()
    assert said.startswith(f"someone/TinyRows None None {commit} ('neg', 'pos') 28 6 row ")
    assert said.endswith(" 中文 🎈")
