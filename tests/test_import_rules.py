"""Imports point down only: dashboards -> hpo -> models; and who may know Ray, MLflow and Hydra."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ABOVE_MODELS = {"hydra", "omegaconf", "ray", "optuna", "mlflow", "hpo", "dashboards", "tests", "bench"}
DECISIONS = ("space", "samplers", "schedulers", "ledger", "stopping", "importance", "history")
FACES = ("hpo.results", "hpo.control", "hpo.birth", "hpo.errors", "hpo.exitcode")  # All of hpo that dashboards import.
# The one package that may import each of these.
ONLY_IN = {"ray": "hpo/execution", "mlflow": "hpo/tracking"}


def files(folder: str) -> list[Path]:
    return sorted((ROOT / folder).rglob("*.py"))


def imported(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: relative import"
            found |= {node.module or ""} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def tops(path: Path) -> set[str]:
    return {name.split(".")[0] for name in imported(path)}


@pytest.mark.parametrize("path", files("models"), ids=lambda path: str(path.relative_to(ROOT)))
def test_models_trains_without_the_search(path: Path) -> None:
    assert not tops(path) & ABOVE_MODELS


@pytest.mark.parametrize("path", files("hpo"), ids=lambda path: str(path.relative_to(ROOT)))
def test_hpo_does_not_look_up(path: Path) -> None:
    assert not tops(path) & {"dashboards", "tests", "bench"}
    for package, home in ONLY_IN.items():
        if not path.is_relative_to(ROOT / home):
            assert package not in tops(path), f"only {home} may import {package}"


@pytest.mark.parametrize("path", files("dashboards"), ids=lambda path: str(path.relative_to(ROOT)))
def test_dashboards_read_and_act_through_faces(path: Path) -> None:
    names = {name for name in imported(path) if name.split(".")[0] in ("hpo", "models", "tests", "bench")}
    assert not {name for name in names if not name.startswith(FACES)}
    assert not {"ray", "mlflow", "torch", "optuna"} & tops(path)


@pytest.mark.parametrize("part", DECISIONS)
def test_decisions_know_neither_ray_nor_how_trials_run(part: str) -> None:
    forbidden = {"ray", "mlflow", "torch", "transformers", "hpo.execution", "hpo.tracking", "hpo.sweep"}
    for path in files(f"hpo/{part}"):
        names = imported(path)
        assert not {name for name in names if name in forbidden or name.split(".")[0] in forbidden}, path


def test_no_file_is_long() -> None:
    long = {
        str(path): n
        for path in files("hpo") + files("models") + files("dashboards")
        if (n := len(path.read_text().splitlines())) > 400
    }
    assert not long
