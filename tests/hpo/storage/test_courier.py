from __future__ import annotations

import shutil
import threading
from pathlib import Path

import pytest

from hpo.storage import courier as module
from hpo.storage.courier import Courier, wait_for_couriers
from hpo.storage.deposits import Deposit, Kind, deposits
from hpo.storage.store import Store
from models.remote import RemoteError
from tests.s3 import S3

BEST, CHECKPOINT = Kind.BEST, Kind.CHECKPOINT


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store((tmp_path / "store").as_uri())


def courier(url: str, tmp_path: Path, attempt: int = 0) -> Courier:
    return Courier(url, 7, attempt, tmp_path / f"outbox-{attempt}")


def give(to: Courier, tmp_path: Path, *what: tuple[Kind, int]) -> None:
    """Each a folder that is gone as soon as it was given."""
    for kind, step in what:
        folder = tmp_path / "given"
        folder.mkdir()
        (folder / "file").write_text(f"{kind} {step}")
        to.take(kind, step, folder)
        shutil.rmtree(folder)


def finish(one: Courier, with_checkpoint: bool = True) -> None:
    one.finish(with_checkpoint=with_checkpoint, beat=lambda: None)


def there(store: Store) -> list[tuple[Kind, int, int]]:
    found = deposits(store, 7)
    assert all(deposit.whole for deposit in found)
    return [(deposit.kind, deposit.step, deposit.attempt) for deposit in found]


def test_what_was_given_is_there_when_it_has_finished(store: Store, tmp_path: Path) -> None:
    one = courier(store.url, tmp_path)
    give(one, tmp_path, (BEST, 10), (CHECKPOINT, 20))
    finish(one)
    assert there(store) == [(BEST, 10, 0), (CHECKPOINT, 20, 0)]
    store.fetch(Deposit(20, 0, 7, CHECKPOINT).name, tmp_path / "back")
    assert (tmp_path / "back" / "file").read_text() == "step 20"
    assert not (tmp_path / "outbox-0").exists()
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("courier")]


def test_the_newer_takes_the_place_of_the_older_of_this_stay_and_those_before(store: Store, tmp_path: Path) -> None:
    old = courier(store.url, tmp_path)
    give(old, tmp_path, (BEST, 10), (CHECKPOINT, 20))
    finish(old)
    late = courier(store.url, tmp_path)  # The same stay, still on its way out while the next has begun.
    new = courier(store.url, tmp_path, attempt=1)
    give(late, tmp_path, (BEST, 40), (CHECKPOINT, 50))
    finish(late)
    give(new, tmp_path, (BEST, 30), (CHECKPOINT, 30))
    finish(new)
    assert there(store) == [(BEST, 30, 1), (CHECKPOINT, 30, 1), (BEST, 40, 0), (CHECKPOINT, 50, 0)]
    latest = courier(store.url, tmp_path)
    give(latest, tmp_path, (CHECKPOINT, 60))
    finish(latest)
    assert (CHECKPOINT, 30, 1) in there(store), "a stay removed what is of the one after it"
    newer = courier(store.url, tmp_path, attempt=2)
    give(newer, tmp_path, (BEST, 60), (CHECKPOINT, 60))
    finish(newer)
    assert there(store) == [(BEST, 60, 2), (CHECKPOINT, 60, 2)]


def test_while_the_store_is_away_only_the_newest_waits(s3: S3, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    beats: list[int] = []

    def beat() -> None:
        beats.append(1)
        if len(beats) == 1:
            s3.start()

    put, sent = Store.put, []

    def put_and_note(store: Store, folder: Path, name: str) -> None:
        put(store, folder, name)
        sent.append(name.rpartition("/")[2])

    monkeypatch.setattr(Store, "put", put_and_note)
    one = courier(s3.url, tmp_path)
    s3.stop()
    give(one, tmp_path, *((kind, step) for step in (1, 2, 3) for kind in (CHECKPOINT, BEST)))
    one.check()
    assert len(list((tmp_path / "outbox-0").iterdir())) <= 3, "at most one on its way, and one of each kind waits"
    one.finish(with_checkpoint=True, beat=beat)
    assert there(Store(s3.url)) == [(BEST, 3, 0), (CHECKPOINT, 3, 0)]
    assert sent[-2:] == ["best-00000003", "step-00000003"]
    assert len(sent) <= 3

    monkeypatch.setattr(module, "PATIENCE_S", 0.5)
    other = courier(s3.url, tmp_path, attempt=1)
    s3.stop()
    give(other, tmp_path, (BEST, 4))
    with pytest.raises(ConnectionError, match=r"cannot write s3://hpo/trials/0007/attempt-001/best-00000004, tried"):
        finish(other)
    s3.start()


def test_a_refusal_is_said_at_the_next_occasion(s3: S3, tmp_path: Path) -> None:
    one = courier("s3://nobody", tmp_path)
    give(one, tmp_path, (BEST, 1))
    wait_for_couriers(30.0, settle_s=30.0)
    for say in (one.check, lambda: give(one, tmp_path, (BEST, 2)), lambda: finish(one)):
        shutil.rmtree(tmp_path / "given", ignore_errors=True)
        with pytest.raises(RemoteError, match=r"cannot write s3://nobody/trials/0007/attempt-000/best-00000001"):
            say()


def test_a_trial_that_was_stopped_sends_its_weights_but_no_checkpoint(s3: S3, tmp_path: Path) -> None:
    one = courier(s3.url, tmp_path)
    s3.stop()
    give(one, tmp_path, (CHECKPOINT, 1), (BEST, 2), (CHECKPOINT, 3))
    one.leave(with_checkpoint=False)
    s3.start()
    wait_for_couriers(30.0)
    assert there(Store(s3.url)) == [(BEST, 2, 0)]
