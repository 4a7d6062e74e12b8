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


@pytest.mark.parametrize("in_time", [True, False])
def test_where_none_is_made_an_older_one_goes(folder: Path, in_time: bool) -> None:
    (folder / "made" / REPORT).write_text("of fewer trials")
    assert make_report(cast(Plan, Made(folder, "made", wanted=not in_time)), wanted=in_time) == ""
    assert not (folder / "made" / REPORT).exists()
