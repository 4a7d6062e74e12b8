from pathlib import Path

import pytest

from hpo.space import Space, TrialSchema
from hpo.trialspec import apply_params, train_spec
from models.spec import (
    Device,
    DiskData,
    FileData,
    FullTuning,
    HubModel,
    LoraTuning,
    MultiTaskData,
    TinyModel,
    TrainParams,
)

BASE = {
    "data": FileData(source="csv", train="rows.csv"),
    "model": TinyModel(),
    "tuning": FullTuning(),
    "train": TrainParams(epochs=5),
}
SCHEMA = TrialSchema(BASE, {"tuning": {"full": FullTuning(), "lora": LoraTuning(alpha=3.0)}})
SPACE = Space.parse(
    {
        "train": {"learning_rate": {"low": 1e-5, "high": 1e-3}, "epochs": 2},
        "tuning": {
            "choices": ["full", "lora"],
            "rank": {"low": 2, "high": 8, "when": {"tuning": "lora"}},
        },
    },
    SCHEMA,
)


def test_options_come_before_values_and_fixed_values_come_on_their_own() -> None:
    trial = apply_params(SCHEMA, SPACE, {"tuning.rank": 4, "tuning": "lora", "train.learning_rate": 1e-4})
    assert trial["tuning"] == LoraTuning(alpha=3.0, rank=4)
    assert trial["train"] == TrainParams(epochs=2, learning_rate=1e-4)
    assert trial["model"] == BASE["model"]


def spec_of(trial: dict) -> object:
    return train_spec(trial, metric="accuracy", maximize=True, device=Device(), cache_dir="cache")


def test_paths_mean_the_same_in_every_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "rows.csv").touch()
    (tmp_path / "folder").mkdir()
    spec = spec_of(BASE)
    assert spec.data.train == str(tmp_path / "rows.csv")
    assert spec.data.validation is None
    other = spec_of({**BASE, "data": DiskData(path="folder"), "model": HubModel(name="mine", id="folder")})
    assert (other.data.path, other.data.train, other.model.id) == (
        str(tmp_path / "folder"),
        "train",
        f"{tmp_path}/folder",
    )
    assert spec_of({**BASE, "model": HubModel(name="hub", id="someone/model")}).model.id == "someone/model"


def test_paths_of_parts_too_but_not_names_of_splits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("rows.csv", "train"):  # A file that is called as the hub's split is.
        (tmp_path / name).touch()
    (tmp_path / "folder").mkdir()
    tasks = {
        "rows": {"source": "csv", "train": "rows.csv", "test": "none.csv", "text": "rows.csv"},
        "disk": {"source": "disk", "path": "folder", "train": "train"},
        "hub": {"source": "hub", "id": "folder", "train": "train"},
        "wrong": "rows.csv",
    }
    found = spec_of({**BASE, "data": MultiTaskData(tasks=tasks)}).data.tasks
    assert found == {
        **tasks,
        "rows": {**tasks["rows"], "train": str(tmp_path / "rows.csv")},
        "disk": {**tasks["disk"], "path": str(tmp_path / "folder")},
    }
