from __future__ import annotations

from pathlib import Path

import pytest

from models.manifest import MANIFEST, damage, write_manifest


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "deep").mkdir()
    (tmp_path / "one").write_bytes(b"1234")
    (tmp_path / "deep" / "two").write_bytes(b"5678")
    write_manifest(tmp_path, sync=False)
    return tmp_path


def test_a_whole_folder(folder: Path) -> None:
    assert damage(folder) is None
    write_manifest(folder)
    assert damage(folder) is None


def test_damage_is_found_and_named(folder: Path) -> None:
    (folder / "deep" / "two").write_bytes(b"567")
    assert damage(folder) == "deep/two must have 4 bytes, got 3"
    (folder / "deep" / "two").write_bytes(b"5679")
    assert damage(folder) == "deep/two is not what was written"
    (folder / "deep" / "two").unlink()
    assert damage(folder) == "two is missing"
    (folder / MANIFEST).write_text("{")
    assert damage(folder) == f"{MANIFEST} cannot be read"
    (folder / MANIFEST).unlink()
    assert damage(folder) == f"{MANIFEST} is missing"
