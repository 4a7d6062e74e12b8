"""The picture of a sweep's best model: of which model, and what becomes of the sweep where it cannot be made."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from hpo.picture import picture_best
from hpo.plan import Plan
from hpo.results import PICTURE, best_trial, read_picture, train_overrides, weights_dir
from hpo.results.picture import VERSION
from models.evaluate import evaluate
from models.pictures import MOST_ROWS
from models.training import train
from tests.hpo.confirm.conftest import Scene, four_trials, plan_of


def pictured(scene: Scene, plan: Plan | None = None) -> str:
    best = best_trial(scene.ledger.trials(), scene.ledger.maximize)
    assert best is not None
    return picture_best(plan or scene.plan, scene.ledger, best)


def file_of(scene: Scene) -> Path:
    return scene.plan.sweep_dir / PICTURE


def read(scene: Scene) -> dict[str, Any]:
    found = read_picture(scene.plan.sweep_dir)
    assert found is not None
    return found


def without_weights(folder: Path, rows: Path) -> Scene:
    """Four trials that nobody trained. MLflow is not asked."""
    return four_trials(plan_of(folder, rows, folder / "mlflow.db"))


@pytest.fixture(scope="module")
def searched(rows_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Scene:
    """Four trials, of which the best, number 2, has weights."""
    scene = without_weights(tmp_path_factory.mktemp("searched"), rows_file)
    train(scene.plan.train_spec({"train.learning_rate": 3e-3}), None, weights_dir(scene.plan.sweep_dir, 2).parent)
    return scene


def test_it_is_of_the_best_trial_on_the_validation_rows(searched: Scene) -> None:
    assert pictured(searched) == ""
    found = read(searched)
    assert found["model"] == {"trial": 2, "confirmed": False, "seed": None, "metric": "accuracy", "value": 0.9}
    assert (found["split"], found["rows"], found["rows_available"]) == ("validation", 10, 10)
    spec = searched.plan.train_spec({"train.learning_rate": 3e-3})
    measured = evaluate(weights_dir(searched.plan.sweep_dir, 2), spec, "validation").metrics
    assert found["metrics"] == pytest.approx({name: measured[name] for name in found["metrics"]}, abs=1e-5)
    assert found["body"]["confusion"]["labels"] == ["bad", "good"]
    assert sum(map(sum, found["body"]["confusion"]["counts"])) == 10 <= MOST_ROWS


def test_it_is_made_once_for_each_model(searched: Scene) -> None:
    pictured(searched)
    marked = {**read(searched), "seconds": -1.0}
    file_of(searched).write_text(json.dumps(marked))
    assert pictured(searched) == ""
    assert read(searched) == marked
    file_of(searched).write_text(json.dumps({**marked, "model": {**marked["model"], "trial": 0}}))
    assert pictured(searched) == ""
    assert read(searched)["model"] == marked["model"]
    assert read(searched)["seconds"] >= 0


@pytest.mark.parametrize("broken", ["", "[]", '{"version": 1}'])
def test_what_cannot_be_read_is_none_and_made_anew(searched: Scene, broken: str) -> None:
    file_of(searched).write_text(broken)
    assert read_picture(searched.plan.sweep_dir) is None
    assert pictured(searched) == ""
    assert read(searched)["version"] == VERSION


def test_it_can_be_left_out_and_an_older_one_goes(searched: Scene, rows_file: Path) -> None:
    assert pictured(searched) == ""
    assert file_of(searched).exists()
    folder = searched.plan.output_dir
    without = plan_of(folder, rows_file, folder / "mlflow.db", "sweep.picture=false", going_on="first")
    assert pictured(searched, without) == ""
    assert not file_of(searched).exists()


def test_the_command_that_trains_the_best_again_does_not_speak_of_it(searched: Scene) -> None:
    about = {**searched.ledger.about, "overrides": ["data=json", "sweep.picture=false"]}
    assert train_overrides(about, {}) == ["data=json"]


def test_without_weights_the_reason_is_said_and_no_other_models_picture_stays(scene: Scene) -> None:
    file_of(scene).write_text(json.dumps({"version": VERSION, "model": {"trial": 0}}))
    said = pictured(scene)
    assert said.startswith("there is no picture of what trial 2 gets right and wrong: its weights are not at ")
    assert not file_of(scene).exists()


@pytest.fixture
def scene(rows_file: Path, tmp_path: Path) -> Scene:
    return without_weights(tmp_path, rows_file)


def test_damaged_weights_and_a_full_disk_are_said(scene: Scene, searched: Scene) -> None:
    folder = weights_dir(scene.plan.sweep_dir, 2)
    shutil.copytree(weights_dir(searched.plan.sweep_dir, 2), folder)
    file_of(scene).mkdir()  # As good as a disk that takes no file.
    assert "hpo resume first makes it" in pictured(scene)
    file_of(scene).rmdir()
    weights = (folder / "model.safetensors").read_bytes()
    (folder / "model.safetensors").write_bytes(weights[: len(weights) // 2])
    assert "its weights cannot be read" in pictured(scene)
    assert not file_of(scene).exists()
