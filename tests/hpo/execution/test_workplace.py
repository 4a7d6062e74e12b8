"""A trial that moves from node to node finds in the store what it left there."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from hpo.execution.job import TrialJob
from hpo.execution.workplace import Workplace, workplace
from hpo.storage.courier import wait_for_couriers
from hpo.storage.deposits import Deposit, Kind, deposits
from hpo.storage.store import Store
from models.spec import DocstringsData, FullTuning, TinyModel, TrainParams, TrainSpec
from models.training import checkpoint
from models.training.evaluator import BEST_FOLDER


@pytest.fixture
def job(tmp_path: Path) -> TrialJob:
    spec = TrainSpec(DocstringsData(), TinyModel(), FullTuning(), TrainParams(), "accuracy", True)
    return TrialJob(
        sweep_id="0123456789abcdef",
        number=7,
        attempt=0,
        spec=spec,
        out_dir=str(tmp_path / "node"),
        checkpoint_every_s=60.0,
        timeout_s=None,
        storage=(tmp_path / "store").as_uri(),
    )


def store_of(job: TrialJob) -> Store:
    assert job.storage is not None
    return Store(job.storage)


def moved(job: TrialJob, tmp_path: Path) -> TrialJob:
    """Its next stay, on another node."""
    return replace(job, attempt=job.attempt + 1, out_dir=str(tmp_path / f"node-{job.attempt + 1}"))


def train_to(place: Workplace, step: int, best: int) -> None:
    """As the training does: the best weights when they are measured, a checkpoint at a rest, seen at the next step."""
    folder = place.folder / BEST_FOLDER
    shutil.rmtree(folder, ignore_errors=True)  # As the training does: it replaces, and changes nothing in place.
    folder.mkdir(parents=True)
    (folder / "weights").write_text(f"of step {best}")
    place.improved(best)
    with checkpoint.new(place.folder, step, None) as new:
        (new / "state").write_text(f"at step {step}")
    place.step_made()


def found(place: Workplace) -> tuple[str | None, str | None]:
    """Contents of the checkpoint and of the best weights."""
    newest = checkpoint.newest(place.folder)
    best = place.folder / BEST_FOLDER / "weights"
    return (newest / "state").read_text() if newest else None, best.read_text() if best.is_file() else None


def nothing() -> None:
    pass


def kinds(job: TrialJob) -> list[tuple[Kind, int, int]]:
    return [(deposit.kind, deposit.step, deposit.attempt) for deposit in deposits(store_of(job))]


def test_it_goes_on_elsewhere_from_where_it_left(job: TrialJob, tmp_path: Path) -> None:
    with workplace(job) as place:
        assert place.prepare(nothing) is None
        assert found(place) == (None, None)
        train_to(place, 20, best=10)
        place.finish(left=True, beat=nothing)
    assert not place.folder.exists()
    for step in (40, 60):
        job = moved(job, tmp_path)
        with workplace(job) as place:
            place.prepare(nothing)
            assert found(place) == (f"at step {step - 20}", f"of step {step - 30}")
            train_to(place, step, best=step - 10)
            place.finish(left=True, beat=nothing)
    assert kinds(job) == [(Kind.BEST, 50, 2), (Kind.CHECKPOINT, 60, 2)]


def test_one_that_ended_leaves_its_best_weights(job: TrialJob) -> None:
    with workplace(job) as place:
        place.prepare(nothing)
        train_to(place, 20, best=10)
        checkpoint.remove(place.folder)
        place.finish(left=False, beat=nothing)
    assert (Kind.BEST, 10, 0) in kinds(job)


def test_one_that_broke_off_or_was_stopped(job: TrialJob, tmp_path: Path) -> None:
    def broken_off() -> None:
        with workplace(job) as place:
            train_to(place, 20, best=10)
            raise RuntimeError

    def stopped() -> None:
        with workplace(moved(job, tmp_path)) as place:
            place.prepare(nothing)
            assert found(place) == ("at step 20", "of step 10")
            place.improved(30)
            raise SystemExit(0)

    with pytest.raises(RuntimeError):
        broken_off()
    with pytest.raises(SystemExit):
        stopped()
    wait_for_couriers(30.0)
    assert (Kind.BEST, 30, 1) in kinds(job)


def test_a_damaged_checkpoint_is_passed_by(job: TrialJob, tmp_path: Path) -> None:
    for attempt, step in ((0, 20), (1, 10)):
        with workplace(replace(job, attempt=attempt)) as place:
            train_to(place, step, best=step)
            place.finish(left=True, beat=nothing)
    (tmp_path / "store" / Deposit(20, 0, 7, Kind.CHECKPOINT).name / "state").write_text("cut")
    with workplace(replace(job, attempt=2)) as place:
        place.prepare(nothing)
        assert found(place) == ("at step 10", "of step 20")


def test_a_warm_start_is_there_at_the_beginning_and_when_it_goes_on(job: TrialJob, tmp_path: Path) -> None:
    (tmp_path / "parent").mkdir()
    (tmp_path / "parent" / "model.safetensors").write_text("of the parent")
    store_of(job).put(tmp_path / "parent", "warm/1")
    job = replace(job, warm_from=f"{job.storage}/warm/1")
    with workplace(job) as place:
        begin = place.prepare(nothing)
        assert begin is not None
        assert (begin / "model.safetensors").read_text() == "of the parent"
        train_to(place, 20, best=10)
        place.finish(left=True, beat=nothing)
    with workplace(moved(job, tmp_path)) as place:
        place.prepare(nothing)
        assert (place.folder / "checkpoints" / "start.safetensors").read_text() == "of the parent"
        assert found(place)[0] == "at step 20"


def test_without_a_storage_it_works_where_all_see_it(job: TrialJob) -> None:
    job = replace(job, storage=None, warm_from="/some/where")
    with workplace(job) as place:
        assert place.prepare(nothing) == Path("/some/where")
        train_to(place, 20, best=10)
        place.finish(left=True, beat=nothing)
    assert found(place) == ("at step 20", "of step 10")
    assert place.folder == Path(job.out_dir)
