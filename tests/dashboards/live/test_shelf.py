from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from dashboards.live import shelf
from dashboards.live.shelf import Shelf
from hpo.errors import LedgerError, UnknownSweepError
from hpo.results import Place
from tests.dashboards.sweeps import away, made_sweep


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    place = Place(tmp_path_factory.mktemp("shelf"))
    for name in ("one", "two"):
        made_sweep(place, name, trials=2, points=2, confirmed=False)
    return place


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_look_is_as_old_as_it_may_be(place: Place) -> None:
    clock = Clock()
    looks = Shelf(place, clock)
    first = looks.look("one", 5.0)
    clock.now += 4.0
    assert looks.look("one", 5.0) is first
    clock.now += 2.0
    again = looks.look("one", 5.0)
    assert again is not first
    assert [one is two for one, two in zip(first.records, again.records, strict=True)] == [True, True]


def test_what_nobody_asks_for_is_forgotten(place: Place) -> None:
    clock = Clock()
    looks = Shelf(place, clock)
    first = looks.look("one", 5.0)
    clock.now += shelf.KEPT_S + 1
    looks.look("two", 5.0)
    assert looks.look("one", 2 * shelf.KEPT_S) is not first


def test_there_is_room_for_so_many_evaluations(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock()
    looks = Shelf(place, clock)
    first = looks.look("one", 5.0)
    monkeypatch.setattr(shelf, "KEPT_EVALUATIONS", 1)
    clock.now += 1.0
    second = looks.look("two", 5.0)
    assert looks.look("two", 5.0) is second  # The one asked for last, however large.
    assert looks.look("one", 5.0) is not first


def test_what_is_watched_stays(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    looks = Shelf(place, Clock())
    looks.hold("one", 1)
    first = looks.look("one", 5.0)
    monkeypatch.setattr(shelf, "KEPT_EVALUATIONS", 0)
    looks.look("two", 5.0)
    assert looks.look("one", 5.0) is first


def test_a_name_that_is_none_costs_nothing(place: Place, tmp_path: Path) -> None:
    looks = Shelf(place)
    first = looks.look("one", 60.0)
    for number in range(5):
        with pytest.raises(UnknownSweepError):
            looks.look(f"none{number}", 60.0)
    assert looks.look("one", 60.0) is first


def test_who_waits_while_the_ledger_is_away_need_not_find_out_again(place: Place) -> None:
    looks = Shelf(replace(place, patience_s=0.3))
    place.names()
    with away(place) as refused, ThreadPoolExecutor(8) as pool:
        asked = [pool.submit(looks.look, "one", 60.0) for _ in range(8)]
        for one in asked:
            with pytest.raises(LedgerError, match="did not answer"):
                one.result()
        assert len(refused) == 3  # At once, and twice again.
        with pytest.raises(LedgerError):
            looks.look("one", 60.0)
        assert len(refused) == 6  # Who asks later tries anew.
    assert looks.look("one", 60.0).records
