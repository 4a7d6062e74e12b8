"""Text of others is printed as it is, whatever it looks like."""

import subprocess
import sys
from pathlib import Path

import pytest

from hpo import cli
from hpo.errors import HpoError
from hpo.explain import Moment
from hpo.terminal.explain import sweep_story

HOSTILE = "[enforce fail at alloc.cpp] of [/dev/shm] :x: [bold]"


@pytest.fixture(autouse=True)
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")


def test_a_reason_in_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    cli.plain_console().print(sweep_story([Moment(0, "stopped", 1.0, 1.0, 40, 0.5, HOSTILE, {})], "accuracy"))
    assert HOSTILE in capsys.readouterr().out


def test_an_error(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(arguments: object, console: object) -> int:
        raise HpoError(HOSTILE)

    monkeypatch.setattr(cli, "_command", lambda name: fail)
    assert cli.run(["list"], cli.plain_console(), cli.plain_console(stderr=True)) == 1
    assert capsys.readouterr().err == f"{HOSTILE}\n"


def test_the_command_itself(tmp_path: Path) -> None:
    command = [str(Path(sys.executable).with_name("hpo")), "list", "--output-dir", f"{tmp_path}/[/gone] :x:"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert "/[/gone] :x: yet" in done.stdout
