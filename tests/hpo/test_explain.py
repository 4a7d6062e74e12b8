"""`hpo explain`: the reasons of a sweep's decisions, from its ledger."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from rich.console import Console

from hpo import cli
from hpo.budget import Budget
from hpo.errors import InputError
from hpo.explain import story_of
from hpo.failures import Failure, Kind
from hpo.ledger import Ledger, ledger_url
from tests.hpo.pausing import open_search, run


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A sweep of four trials that paused at rungs; trial 4 raised."""
    Ledger.create(ledger_url(tmp_path), "sweep", maximize=True, about={"metric": "accuracy"})
    search = open_search(ledger_url(tmp_path), Budget(4))
    run(search)
    search.conclude()
    search.budget.one_more()
    search.next()
    search.failed(4, Failure(Kind.ERROR, "KeyError: 'x'"))
    return tmp_path


def say(folder: Path, *arguments: str, capsys: pytest.CaptureFixture[str]) -> str:
    out, err = io.StringIO(), io.StringIO()
    given = ["explain", "sweep", *arguments, "--output-dir", str(folder)]
    assert cli.run(given, Console(file=out, width=150), Console(file=err)) == 0, err.getvalue()
    return out.getvalue() or capsys.readouterr().out


def test_the_story_of_a_trial_has_the_fidelity_of_each_moment(folder: Path) -> None:
    story = story_of(Ledger.open(ledger_url(folder), "sweep"), 3)
    assert [(moment.what, moment.epochs, moment.steps, moment.value) for moment in story] == [
        ("proposed", 0, 0, None),
        ("paused", 1, 10, 0.04),
        ("advanced", 1, 10, 0.04),
        ("paused", 2, 20, 0.08),
        ("advanced", 2, 20, 0.08),
        ("complete", 4, 40, 0.16),
    ]
    assert story[-1].reason == "trained to its full length"
    assert [moment.at for moment in story] == sorted(moment.at for moment in story)


def test_the_story_of_the_sweep_is_in_the_order_of_what_happened(folder: Path) -> None:
    story = story_of(Ledger.open(ledger_url(folder), "sweep"))
    said = [(moment.trial, moment.what) for moment in story]
    assert said[:8] == [(number, what) for number in range(4) for what in ("proposed", "paused")]
    assert said[8] == (3, "advanced")
    assert said[-5:] == [(0, "stopped"), (1, "stopped"), (2, "stopped"), (4, "proposed"), (4, "failed")]
    assert story[-1].reason == "KeyError: 'x'"


def test_one_trial_in_the_terminal(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shown = [line.split() for line in say(folder, "--trial", "3", capsys=capsys).splitlines()]
    assert ["state", "complete"] in shown
    assert ["rung", "1", "place", "1"] in shown, "the numbers of that moment"
    why = [line[2:] for line in shown if len(line) > 2 and line[2] == "advanced"]
    assert why[0] == ["advanced", "1", "0.04", "place", "1", "of", "4", "at", "rung", "1"]


def test_the_sweep_in_the_terminal(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = say(folder, capsys=capsys).splitlines()
    assert len(lines) == 1 + len(story_of(Ledger.open(ledger_url(folder), "sweep")))
    assert lines[-1].split()[2:] == ["4", "failed", "0", "-", "KeyError:", "'x'"]


def test_for_programs(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = json.loads(say(folder, "--trial", "0", "--json", capsys=capsys))
    assert (found["name"], found["metric"]) == ("sweep", "accuracy")
    assert [one["what"] for one in found["decisions"]] == ["proposed", "paused", "stopped"]
    assert found["decisions"][1]["numbers"] == {"rung": 1}


def test_a_trial_that_is_not_there(folder: Path) -> None:
    with pytest.raises(InputError, match="must be a trial of sweep, 0 to 4, got 7"):
        story_of(Ledger.open(ledger_url(folder), "sweep"), 7)
