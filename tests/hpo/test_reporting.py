"""The report at the end of a sweep, made by a real process of its own."""

from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest

from hpo.config.compose import compose
from hpo.config.resolve import resolve
from hpo.plan import Plan
from hpo.reporting import make_report
from hpo.results import REPORT, Place
from tests.dashboards.sweeps import made_sweep


class Made(Plan):
    """A plan as far as the report needs one."""

    def __init__(self, folder: Path, name: str, *, wanted: bool = True) -> None:
        config = resolve(compose(["experiment=smoke", f"sweep.name={name}", f"output_dir={folder}"])).config
        object.__setattr__(self, "config", replace(config, sweep=replace(config.sweep, report=wanted)))
        object.__setattr__(self, "name", name)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("outputs")
    made_sweep(Place(folder), "made", trials=4)
    return folder


def test_it_is_made(folder: Path) -> None:
    assert make_report(cast(Plan, Made(folder, "made"))) == ""
    assert (folder / "made" / REPORT).read_text(encoding="utf-8").startswith("<!DOCTYPE html>")


def test_a_failure_is_said(folder: Path) -> None:
    said = make_report(cast(Plan, Made(folder, "nobody")))
    assert said.startswith("the report was not made: ")
    assert "nobody" in said
    assert said.endswith("hpo report nobody makes it")


def test_none_is_made_where_none_is_wanted(folder: Path) -> None:
    (folder / "made" / REPORT).unlink(missing_ok=True)
    assert make_report(cast(Plan, Made(folder, "made", wanted=False))) == ""
    assert not (folder / "made" / REPORT).exists()
