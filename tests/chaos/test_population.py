"""The driver of a population is killed after a member took weights over; what follows comes from them all the same."""

import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from hpo.check import check
from hpo.ledger import State
from hpo.lineage import changes_of, lineage
from hpo.place import Place
from hpo.recorded import composed_again
from models.training import train
from tests.chaos.driving import Sweep, check_agreement, rows
from tests.waiting import wait_for

pytestmark = [pytest.mark.chaos, pytest.mark.slow]
MEMBERS = 4


def kill_when_more_was_taken(sweep: Sweep, process: subprocess.Popen[str], before: int) -> int:
    """Kill the driver when there are more exploits in the ledger than these. Returns how many there are."""

    def taken() -> int:
        return sum(len(record.exploits) for record in sweep.records())

    wait_for(lambda: taken() > before or process.poll() is not None, "weights that are taken over")
    assert process.poll() is None, sweep.log.read_text()[-3000:]
    process.kill()
    process.wait()
    return taken()


@pytest.mark.parametrize("stored", [False, True], ids=["shared folder", "storage"])
def test_killed_as_soon_as_weights_were_taken_over(tmp_path: Path, stored: bool) -> None:
    where = [f"cluster.storage={tmp_path.as_uri()}/store"] if stored else []
    settings = ["scheduler=pbt", f"scheduler.population={MEMBERS}", f"sweep.trials={MEMBERS}", "space=pbt"]
    settings += ["sampler=random", "sweep.start_first=false", "train.epochs=4", "train.precision=fp32"]
    settings += ["slots.count=2", "slots.cpus=1", "sweep.baselines=false", "trial.checkpoint_every_s=1000"]
    sweep = Sweep(tmp_path / "outputs", "pbt", rows(tmp_path / "rows.jsonl", 120), *settings, *where)

    process, before = sweep.start(*sweep.begin), 0
    for _ in range(2):
        before = kill_when_more_was_taken(sweep, process, before)
        process = sweep.start("resume", "pbt")
    assert process.wait(timeout=240) == 0, sweep.log.read_text()[-3000:]

    records = {record.number: record for record in check_agreement(sweep, MEMBERS)}
    assert {record.state for record in records.values()} == {State.COMPLETE}
    assert not [*tmp_path.rglob("population")], "nobody needs the checkpoints any more"
    plan = check(composed_again(sweep.ledger().about, Place(sweep.folder), ()), going_on="pbt")
    for number, record in records.items():
        course = lineage(records, number)
        alone = train(replace(plan.train_spec(course[0].params), changes=changes_of(course)))
        found = {one.step: one.metrics for one in alone.evaluations if one.step > course[-1].steps}
        told = {entry["step"]: entry["metrics"] for entry in record.evaluations if entry["step"] > course[-1].steps}
        assert told.keys() == found.keys()
        for step, metrics in told.items():
            assert metrics == pytest.approx(found[step], rel=1e-6, abs=1e-6), (number, step)
