"""The disk under the output folder is full in the middle of a sweep."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from hpo.ledger import State
from tests.chaos.driving import Sweep, rows
from tests.waiting import wait_for

pytestmark = pytest.mark.chaos


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 64 MiB of its own."""
    folder = tmp_path / "small"
    folder.mkdir()
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if made.returncode:
        pytest.skip(f"a file system of its own cannot be mounted here: {made.stderr.decode().strip()}")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def test_it_says_so_and_goes_on_after_space_is_made(tmp_path: Path, small_disk: Path) -> None:
    sweep = Sweep(
        small_disk,
        "full",
        rows(tmp_path / "rows.jsonl", 320),
        *("sweep.trials=2", "train.epochs=30", "scheduler=fifo", "trial.checkpoint_every_s=0", "sampler=random"),
        f"tracking.uri=sqlite:///{tmp_path / 'mlflow.db'}",
    )
    sweep.log = tmp_path / "log"
    process = sweep.start(*sweep.begin)
    wait_for(lambda: any(r.evaluations for r in sweep.records()), "a first evaluation")
    filler = small_disk / "filler"
    with pytest.raises(OSError, match="No space left"):
        filler.write_bytes(b"\0" * 2**27)
    assert process.wait(timeout=120) == 1, sweep.log.read_text()[-3000:]
    told = " ".join(sweep.log.read_text().split())
    assert "full" in told or "no space is left" in told
    assert "make room" in told
    assert "hpo resume full" in told
    before = {(r.number, e["step"]): e["metrics"] for r in sweep.records() for e in r.evaluations}
    filler.unlink()
    done = sweep.run("resume", "full")
    assert done.returncode == 0, done.stdout + done.stderr
    records = sweep.records()
    assert {record.state for record in records} == {State.COMPLETE}
    after = {(r.number, e["step"]): e["metrics"] for r in records for e in r.evaluations}
    assert {place: after[place] for place in before} == before
