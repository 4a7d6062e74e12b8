import io
from pathlib import Path

import pytest
from rich.console import Console

from dashboards.commands.report import run
from hpo.errors import HpoError, UnknownSweepError
from hpo.results import Place
from tests.dashboards.sweeps import made_sweep


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("outputs")
    made_sweep(Place(folder), "made", trials=6)
    return folder


def say(*arguments: str) -> str:
    console = Console(file=io.StringIO(), width=200)
    assert run(list(arguments), console) == 0
    return str(console.file.getvalue())  # type: ignore[attr-defined]


@pytest.mark.parametrize(("kind", "begin"), [("html", "<!DOCTYPE html>"), ("md", "# made")])
def test_it_writes_into_the_sweeps_folder(folder: Path, kind: str, begin: str) -> None:
    path = folder / "made" / f"report.{kind}"
    assert str(path) in say("made", "--format", kind, "--output-dir", str(folder))
    assert path.read_text(encoding="utf-8").startswith(begin)
    assert not list(path.parent.glob("*.tmp"))


def test_it_writes_where_it_is_told(folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "new" / "mine.md"
    say("made", "--format", "md", "--out", str(path), "--output-dir", str(folder))
    assert path.is_file()


def test_what_cannot_be_written_is_said(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(HpoError, match="the report cannot be written"):
        say("made", "--out", str(tmp_path / "file" / "report.html"), "--output-dir", str(folder))


def test_an_unknown_sweep_is_named(folder: Path) -> None:
    with pytest.raises(UnknownSweepError, match="nobody"):
        say("nobody", "--output-dir", str(folder))
