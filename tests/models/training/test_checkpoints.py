"""Checkpoints that were cut short, altered, or never finished cost a training nothing but time."""

from __future__ import annotations

import errno
import json
import logging
import resource
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from safetensors import SafetensorError

from models.errors import TrainingLeftError
from models.manifest import MANIFEST, damage, write_manifest
from models.spec import TinyModel, TrainSpec
from models.training import Evaluation, Wish, newest_checkpoint, train
from models.writing import system_errors

Make = Callable[..., TrainSpec]


def spec_left(spec_of: Make, folder: Path) -> TrainSpec:
    """A training with checkpoints of steps 2 and 4, left at the latter."""
    spec = spec_of(model=TinyModel(dropout=0.1), epochs=3, batch_size=8, checkpoint_every_steps=2, eval_every_steps=2)
    with pytest.raises(TrainingLeftError):
        train(spec, None, folder, ask=lambda step: Wish.LEAVE if step == 4 else Wish.GO_ON)
    assert names(folder) == ["step-00000002", "step-00000004"]
    return spec


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in (folder / "checkpoints").iterdir())


def cut(path: Path) -> None:
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size - 7)


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(bytes(content))


def empty(path: Path) -> None:
    path.write_bytes(b"")


HARM = {"cut": cut, "flipped": flip, "deleted": Path.unlink, "empty": empty}


@pytest.mark.parametrize("harm", HARM)
def test_the_one_before_is_used(spec_of: Make, tmp_path: Path, harm: str, caplog: pytest.LogCaptureFixture) -> None:
    spec = spec_left(spec_of, tmp_path / "parts")
    newest = tmp_path / "parts" / "checkpoints" / "step-00000004"
    HARM[harm](newest / "weights.safetensors")
    with caplog.at_level(logging.WARNING, "models"):
        found = newest_checkpoint(tmp_path / "parts")
    assert found == newest.with_name("step-00000002")
    assert f"{newest} is left out: weights.safetensors" in caplog.text
    seen: list[Evaluation] = []
    result = train(spec, seen.append, tmp_path / "parts", resume=True)
    whole = train(spec, None, tmp_path / "whole")
    assert [e.step for e in seen] == [4, 6, 8, 10, 12]
    assert [e.metrics for e in result.evaluations] == [e.metrics for e in whole.evaluations]


def test_all_broken_it_begins_anew(spec_of: Make, tmp_path: Path) -> None:
    spec = spec_left(spec_of, tmp_path / "parts")
    for number, folder in enumerate(sorted((tmp_path / "parts" / "checkpoints").iterdir())):
        (cut, Path.unlink)[number](folder / "optimizer.pt")
    assert newest_checkpoint(tmp_path / "parts") is None
    seen: list[Evaluation] = []
    result = train(spec, seen.append, tmp_path / "parts", resume=True)
    whole = train(spec, None, tmp_path / "whole")
    assert [e.step for e in seen] == [2, 4, 6, 8, 10, 12]
    assert [e.metrics for e in result.evaluations] == [e.metrics for e in whole.evaluations]


def test_a_broken_one_goes_when_a_new_one_is_written(spec_of: Make, tmp_path: Path) -> None:
    spec = spec_left(spec_of, tmp_path)
    flip(tmp_path / "checkpoints" / "step-00000004" / "optimizer.pt")
    wishes = {3: Wish.SAVE, 5: Wish.LEAVE}
    seen: list[list[str]] = []

    def ask(step: int) -> Wish:
        seen.append(names(tmp_path))
        return wishes.get(step, Wish.GO_ON)

    spec = replace(spec, train=replace(spec.train, checkpoint_every_steps=None))
    with pytest.raises(TrainingLeftError):
        train(spec, None, tmp_path, resume=True, ask=ask)
    assert seen == [["step-00000002", "step-00000004"], *[["step-00000002", "step-00000003"]] * 2]
    assert names(tmp_path) == ["step-00000003", "step-00000005"]


def test_a_training_that_begins_takes_no_other_ones_checkpoints(spec_of: Make, tmp_path: Path) -> None:
    spec = spec_left(spec_of, tmp_path)
    with pytest.raises(TrainingLeftError):
        train(spec, None, tmp_path, ask=lambda step: Wish.LEAVE)
    assert names(tmp_path) == ["step-00000001"]


def test_the_manifest_names_every_other_file(spec_of: Make, tmp_path: Path) -> None:
    spec_left(spec_of, tmp_path)
    found = newest_checkpoint(tmp_path)
    assert found is not None
    files = json.loads((found / MANIFEST).read_text(encoding="utf-8"))["files"]
    assert {MANIFEST, *files} == {path.name for path in found.iterdir()}


@pytest.mark.parametrize("name", ["a", "b", MANIFEST])
@pytest.mark.parametrize("harm", HARM)
def test_damage_is_seen(tmp_path: Path, harm: str, name: str) -> None:
    for number, one in enumerate(("a", "b")):
        (tmp_path / one).write_bytes(bytes([number]) * 3_000_000)
    write_manifest(tmp_path)
    assert damage(tmp_path) is None
    HARM[harm](tmp_path / name)
    assert name in str(damage(tmp_path))


@contextmanager
def room_for(size: int) -> Iterator[None]:
    """No file of this process may become larger than so many bytes: a disk that is full, without one."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("room", [10_000, 200_000], ids=["for no weights", "for no optimizer"])
def test_a_full_disk_is_told_and_leaves_the_older_ones(spec_of: Make, tmp_path: Path, room: int) -> None:
    spec = spec_left(spec_of, tmp_path)
    weights, optimizer = (
        (tmp_path / "checkpoints" / "step-00000004" / name).stat().st_size
        for name in ("weights.safetensors", "optimizer.pt")
    )
    assert 10_000 < weights < 200_000 < optimizer

    def ask(step: int) -> Wish:
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, resource.RLIM_INFINITY))
        return Wish.SAVE

    with room_for(resource.RLIM_INFINITY), pytest.raises(OSError, match=r"File too large|os error") as caught:
        train(spec, None, tmp_path, resume=True, ask=ask)
    assert caught.value.errno == errno.EFBIG
    assert names(tmp_path) == ["step-00000002", "step-00000004"]
    assert train(spec, None, tmp_path, resume=True).evaluations[-1].step == 12


def test_the_systems_number_is_read_from_safetensors_words(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No space left") as caught, system_errors(tmp_path):
        raise SafetensorError("Error while serializing: I/O error: No space left on device (os error 28)")
    assert (caught.value.errno, caught.value.filename) == (errno.ENOSPC, str(tmp_path))


def test_an_error_of_another_kind_stays(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="shapes differ"), system_errors(tmp_path):
        raise RuntimeError("shapes differ")
    assert list(tmp_path.iterdir()) == []
