from __future__ import annotations

from pathlib import Path

import pytest

from hpo.storage.check import check_storage
from hpo.storage.store import DamagedError, Store
from models.manifest import MANIFEST
from models.remote import Patience, RemoteError, UnreachableError
from tests.s3 import S3


def folder(path: Path, **texts: str) -> Path:
    for name, text in texts.items():
        file = path / name.replace("__", "/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return path


def test_a_folder_comes_back_as_it_was(url: str, tmp_path: Path) -> None:
    store = Store(url)
    assert store.files() == []
    store.put(folder(tmp_path / "a", one="1", deep__two="2"), "x/a")
    store.put(folder(tmp_path / "b", one="other"), "x/b")
    assert store.files("x/a") == [f"x/a/{name}" for name in ("deep/two", MANIFEST, "one")]
    old = folder(tmp_path / "back", left="from before")
    store.fetch("x/a", old)
    assert (old / "deep" / "two").read_text() == "2"
    assert not (old / "left").exists()
    store.copy("x/a", "y")
    store.remove("x/a")
    store.remove("x/a")
    assert {name.partition("/")[0] for name in store.files()} == {"x", "y"}
    with pytest.raises(FileNotFoundError):
        store.fetch("x/a", tmp_path / "none")
    with pytest.raises(FileNotFoundError):
        store.copy("x/a", "z")
    Store(f"{url}/y").fetch("", tmp_path / "y")
    assert (tmp_path / "y" / "one").read_text() == "1"
    assert sorted(path.name for path in tmp_path.iterdir() if path.name.startswith(".")) == []


def test_what_was_cut_short_is_not_taken(tmp_path: Path) -> None:
    store = Store((tmp_path / "store").as_uri())
    store.put(folder(tmp_path / "a", one="whole"), "a")
    (tmp_path / "store" / "a" / "one").write_text("cut")
    with pytest.raises(DamagedError, match=r"store/a: one must have 5 bytes, got 3"):
        store.fetch("a", tmp_path / "back")
    (tmp_path / "store" / "a" / MANIFEST).write_text("{")
    with pytest.raises(DamagedError, match=r"manifest.json cannot be read"):
        store.fetch("a", tmp_path / "back")
    assert not (tmp_path / "back").exists()


def test_what_was_broken_off_is_not_whole(tmp_path: Path) -> None:
    store = Store((tmp_path / "store").as_uri())
    (tmp_path / "store" / "a" / "one").mkdir(parents=True)  # No file can be written over it.
    with pytest.raises(RemoteError, match=r"cannot write file://.*/store/a: IsADirectoryError"):
        store.put(folder(tmp_path / "a", one="1", zwei="2"), "a")
    assert f"a/{MANIFEST}" not in store.files()


def test_a_store_that_comes_back_is_waited_for(s3: S3, tmp_path: Path) -> None:
    pauses: list[float] = []

    def pause(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 2:
            s3.start()

    store = Store(s3.url, Patience(lambda passed: len(pauses) > 5, pause))
    s3.stop()
    store.put(folder(tmp_path / "a", one="1"), "a")
    assert len(pauses) == 2
    assert pauses[0] < pauses[1]
    assert s3.files("a") == [MANIFEST, "one"]


def test_a_store_that_stays_away_or_refuses_says_so(s3: S3, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    a = folder(tmp_path / "a", one="1")
    with pytest.raises(RemoteError, match=r"cannot write s3://nobody/a: FileNotFoundError: .*bucket does not exist"):
        Store("s3://nobody").put(a, "a")
    with pytest.raises(RemoteError, match=r"nfss://x cannot be opened: ValueError: Protocol not known: nfss"):
        Store("nfss://x")
    assert check_storage(f"{s3.url}/deep") == check_storage(None) == []
    assert s3.files() == []
    (problem,) = check_storage("s3://nobody/deep")
    assert "cluster.storage: cannot write s3://nobody/deep/.probe-" in str(problem)
    (tmp_path / "file").touch()
    monkeypatch.chdir(tmp_path)
    (problem,) = check_storage("file")
    assert "cluster.storage: cannot write" in str(problem)
    s3.stop()
    with pytest.raises(UnreachableError, match=r"cannot list s3://hpo, tried for \d+ s: .*Could not connect"):
        Store(s3.url, Patience(lambda passed: True)).files()
    s3.start()
