from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hpo.aims import Standing
from hpo.ledger import Ledger, State, TrialRecord, ledger_url
from hpo.results import weights_dir
from hpo.storage.deposits import Deposit, Kind, deposits
from hpo.storage.store import Store
from hpo.storage.sweep import clean, fetch_weights, storage_url, store_of
from hpo.weights import WeightKeeper, bring_weights
from tests.waiting import wait_for


def ledger_of(tmp_path: Path, *, maximize: bool = True, storage: str | None = None) -> Ledger:
    about = {"sweep_id": "0123456789", "cwd": str(tmp_path), "config": {"cluster": {"storage": storage}}}
    return Ledger.create(ledger_url(tmp_path), "first", maximize=maximize, about=about)


def record_of(number: int, state: State, value: float | None = None, *, best_step: int = 10) -> TrialRecord:
    evaluations: list[dict[str, Any]] = [{"step": best_step, "improved": True}, {"step": 99, "improved": False}]
    return TrialRecord(number, state, {}, value=value, evaluations=evaluations)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    found = store_of(ledger_of(tmp_path, storage="store").about, "first", 1.0)
    assert found is not None
    return found


@pytest.fixture
def put(store: Store, tmp_path: Path) -> Callable[..., Deposit]:
    def put(number: int, kind: Kind, step: int, attempt: int = 0) -> Deposit:
        deposit = Deposit(step, attempt, number, kind)
        folder = tmp_path / "put" / deposit.name
        folder.mkdir(parents=True)
        (folder / "file").write_text(deposit.name)
        store.put(folder, deposit.name)
        return deposit

    return put


def test_the_whole_front_of_several_aims_keeps_its_weights(tmp_path: Path) -> None:
    keeper = WeightKeeper(tmp_path, 1, ledger_of(tmp_path))
    for number, (accuracy, latency_ms) in enumerate([(0.9, 9.0), (0.8, 5.0), (0.7, 6.0), (0.6, 1.0), (0.8, 4.0)]):
        (weights_dir(tmp_path, number)).mkdir(parents=True)
        record = record_of(number, State.COMPLETE, accuracy)
        record.standing = Standing({}, (-accuracy, latency_ms))
        keeper.ended(record)
    assert [number for number in range(5) if weights_dir(tmp_path, number).is_dir()] == [0, 3, 4]


@pytest.mark.parametrize(("maximize", "kept"), [(True, [1, 2]), (False, [0, 4])])
def test_only_the_best_complete_trials_keep_their_weights(tmp_path: Path, maximize: bool, kept: list[int]) -> None:
    keeper = WeightKeeper(tmp_path, 2, ledger_of(tmp_path, maximize=maximize))
    for number, value in enumerate([0.1, 0.5, 0.7, 0.9, 0.3, None]):
        weights_dir(tmp_path, number).mkdir(parents=True)
        (weights_dir(tmp_path, number) / "model.safetensors").touch()
        record = TrialRecord(number, State.PRUNED if number == 3 else State.COMPLETE, {}, value=value)
        keeper.ended(record)
        assert len(list(tmp_path.glob("trials/*/best"))) <= 2
    assert [path.name for path in sorted((tmp_path / "trials").iterdir())] == [f"{number:04d}" for number in kept]


def test_so_in_the_storage(store: Store, put: Callable[..., Deposit], tmp_path: Path) -> None:
    keeper = WeightKeeper(tmp_path / "first", 1, Ledger.open(ledger_url(tmp_path), "first"))
    first = [put(0, Kind.BEST, 10), put(0, Kind.CHECKPOINT, 20)]
    keeper.ended(record_of(0, State.COMPLETE, 0.5))
    wait_for(lambda: deposits(store) == first[:1], "the first weights alone", 30)
    second = put(1, Kind.BEST, 10)
    keeper.ended(record_of(1, State.COMPLETE, 0.6))
    wait_for(lambda: deposits(store) == [second], "the second weights alone", 30)
    put(2, Kind.BEST, 10)
    keeper.ended(record_of(2, State.COMPLETE, 0.1))
    wait_for(lambda: deposits(store) == [second], "the second weights alone", 30)
    store.copy(second.name, "warm/1")
    warm = record_of(3, State.PRUNED)
    warm.warm_from = f"{store.url}/warm/1"
    keeper.ended(warm)
    wait_for(lambda: not store.files("warm"), "no files", 30)


def test_in_the_end_nothing_is_left_but_the_weights_that_the_evaluations_speak_of(
    store: Store, put: Callable[..., Deposit], tmp_path: Path
) -> None:
    paused = [put(0, Kind.BEST, 30), put(0, Kind.CHECKPOINT, 40)]
    put(1, Kind.BEST, 10)  # Beaten.
    put(2, Kind.BEST, 20, attempt=0)  # Kept; these are replaced, those after them were never reported.
    put(2, Kind.CHECKPOINT, 20, attempt=1)
    weights = put(2, Kind.BEST, 20, attempt=1)
    put(2, Kind.BEST, 30, attempt=2)
    put(9, Kind.BEST, 10)  # Nobody's.
    records = [
        record_of(0, State.PAUSED),
        record_of(1, State.COMPLETE, 0.1),
        record_of(2, State.COMPLETE, 0.9, best_step=20),
    ]
    clean(store, records, {2})
    assert deposits(store) == sorted([weights, *paused])
    clean(store, records, {2})
    assert deposits(store) == sorted([weights, *paused])
    assert fetch_weights(store, records[2], tmp_path / "got") == ""
    assert [(path.name, path.read_text()) for path in (tmp_path / "got").iterdir()] == [("file", weights.name)]


def test_weights_that_were_lost_on_the_way_are_told_of(
    store: Store, put: Callable[..., Deposit], tmp_path: Path
) -> None:
    put(0, Kind.BEST, 10)
    ledger = Ledger.open(ledger_url(tmp_path), "first")
    note = bring_weights(ledger, record_of(0, State.PRUNED, 0.5, best_step=20), tmp_path / "best")
    assert note.startswith("the best weights of trial 0, of step 20, were lost on their way")
    assert bring_weights(ledger, record_of(1, State.PRUNED, 0.5), tmp_path / "other") == ""
    assert not (tmp_path / "other").exists()


def test_where_a_sweep_is_in_the_storage(tmp_path: Path) -> None:
    about = {"sweep_id": "0123456789", "cwd": "/home/me", "config": {"cluster": {"storage": "s3://bucket/hpo/"}}}
    assert storage_url(about, "first") == "s3://bucket/hpo/first-01234567"
    about["config"] = {"cluster": {"storage": "../shared"}}
    assert storage_url(about, "first") == "/home/shared/first-01234567"
    about["config"] = {}
    assert storage_url(about, "first") is None
