"""Real data sets of every task, where HPO_SHARED_DATA names a folder with them: nothing of a text is lost."""

import json
from pathlib import Path
from typing import Any

import pytest

from models.data import prepare
from models.spec import FileData, TinyModel

# Task, keys of the file, and the columns that must hold the same, character for character.
SETS: dict[str, tuple[str, dict[str, str]]] = {
    "chnsenticorp": ("text_classification", {"text": "text"}),
    "stsb": ("regression", {"text_a": "text", "text_b": "text_pair", "label": "label"}),
    "wnut17": ("token_classification", {"tokens": "tokens"}),
    "ud_zh_gsd_pos": ("token_classification", {"tokens": "tokens"}),
    "squad_small": ("question_answering", {"question": "question", "context": "context"}),
    "drcd_small": ("question_answering", {"question": "question", "context": "context"}),
    "tatoeba_en_zh": ("translation", {"source": "text", "target": "target"}),
    "scitldr": ("summarization", {"source": "text", "target": "target"}),
    "tiny_shakespeare": ("language_modeling", {"text": "text"}),
    "tang_poetry": ("language_modeling", {"text": "text"}),
}


def rows_of(path: Path) -> list[dict[str, Any]]:
    with path.open(encoding="utf-8") as file:
        return [json.loads(line) for line in file]


@pytest.mark.parametrize("name", SETS)
def test_rows_are_kept_and_bytes_spell_them(
    shared_data: Path, name: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    task, keys = SETS[name]
    folder = shared_data / name
    spec = FileData(
        source="json",
        task=task,
        train=str(folder / "validation.jsonl"),  # the smallest split that every set has
        validation=str(folder / "validation.jsonl"),
        test_fraction=0.0,
        max_length=512,
    )
    data = prepare(spec, TinyModel(), tmp_path_factory.mktemp("cache"))
    given = rows_of(folder / "validation.jsonl")
    for key, column in keys.items():
        assert data.raw.train[column][:] == [row[key] for row in given], key
    tokenizer = data.tokenizers.source
    if task == "language_modeling":
        # One text after the other: a character's bytes may be parted between two blocks.
        ids = [i for block in data.train["input_ids"] for i in block if i not in tokenizer.all_special_ids]
        assert tokenizer.decode(ids) == "".join(row["text"] for row in given)
    elif task in ("translation", "summarization", "text_classification"):
        whole = [
            (ids, row[next(iter(keys))])
            for ids, row in zip(data.train["input_ids"], given, strict=True)
            if len(ids) < spec.max_length
        ]
        assert whole
        assert [tokenizer.decode(ids, skip_special_tokens=True) for ids, _ in whole] == [text for _, text in whole]
