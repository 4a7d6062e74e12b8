"""Figures that are made in a process of their own."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from dashboards import figures
from dashboards.pages.drawn import NotMadeError, packed
from dashboards.pages.maker import LATER_S, Maker
from hpo.results import Place, Reader
from tests.dashboards.pages.conftest import pages_of
from tests.dashboards.sweeps import made_sweep

BREAKS = (sys.executable, "-c", "raise SystemExit(3)")
KILLED = (sys.executable, "-c", "import os; os.kill(os.getpid(), 9)")


@pytest.fixture(scope="module")
def maker(place: Place) -> Iterator[Maker]:
    maker = Maker(place, idle_s=0.0)
    yield maker
    maker.close()


def test_they_are_what_they_would_be_here(maker: Maker, place: Place) -> None:
    look = Reader(place, "many").look()
    assert maker.figure(look, "importance") == packed(figures.importance(look))
    pid = maker.child.pid
    assert maker.figure(look, "front") == packed(figures.front(look))
    assert maker.child.pid == pid
    maker.tidy()
    assert maker.child.pid is None
    assert json.loads(maker.figure(look, "parallel"))["data"]


def test_a_ledger_that_is_away_is_said_and_tried_again(tmp_path: Path) -> None:
    place = Place(tmp_path)
    made_sweep(place, "gone", trials=2, points=2, confirmed=False)
    look = Reader(place, "gone").look()
    maker = Maker(Place(tmp_path / "elsewhere"))
    try:
        with pytest.raises(NotMadeError, match="no sweep called 'gone'") as told:
            maker.figure(look, "spent")
        assert told.value.again_s < LATER_S
        assert maker.child.pid is not None
    finally:
        maker.close()


@pytest.mark.parametrize(("command", "why"), [(BREAKS, "its process broke off"), (KILLED, "was ended by SIGKILL")])
def test_a_process_that_breaks_off_is_an_error_of_that_panel_for_a_minute(
    command: tuple[str, ...], why: str, tmp_path: Path
) -> None:
    place = Place(tmp_path)
    made_sweep(place, f"broken-{why[-7:].strip()}", trials=3, points=2, confirmed=False)
    (name,) = place.names()
    pages = pages_of(place)
    maker = Maker(place, command)
    pages.client.app.state.maker = maker  # type: ignore[attr-defined]
    answer = pages.client.get(f"/sweeps/{name}/figures/spent.json")
    assert answer.status_code == 503
    assert why in answer.json()["detail"]
    assert LATER_S - 5 < float(answer.headers["x-newer-in"]) <= LATER_S
    maker.child.ask = None  # type: ignore[assignment]  # Nobody is asked again.
    again = pages.client.get(f"/sweeps/{name}/figures/spent.json")
    assert (again.status_code, again.json()) == (503, answer.json())
    assert pages.figure(f"/sweeps/{name}/figures/history.json")["data"]
