"""Real data sets, where HPO_SHARED_DATA names a folder with them."""

import json
from pathlib import Path

import pytest

from models.data import read
from models.spec import FileData

SETS = {  # rows of the three splits, classes, pairs
    "sst2": ((6920, 872, 1821), 2, False),
    "trec6": ((4880, 500, 500), 6, False),
    "tweet_emotion": ((3257, 374, 1421), 4, False),
    "chnsenticorp": ((2500, 1200, 1200), 2, False),
    "mrpc": ((3576, 500, 1725), 2, True),
}


@pytest.mark.parametrize("name", SETS)
def test_columns_and_labels_are_found_and_text_is_kept(shared_data: Path, name: str) -> None:
    folder = shared_data / name
    files = {split: str(folder / f"{split}.jsonl") for split in ("train", "validation", "test")}
    splits = read(FileData(source="json", **files))
    rows, classes, pair = SETS[name]
    assert (len(splits.train), len(splits.validation), len(splits.test)) == rows
    assert (len(splits.labels), splits.pair) == (classes, pair)
    with (folder / "train.jsonl").open(encoding="utf-8") as file:
        given = [json.loads(line) for line in file]
    assert list(splits.train["text"]) == [row["text_a" if pair else "text"] for row in given]
    assert [splits.labels[label] for label in splits.train["label"]] == [str(row["label"]) for row in given]
