"""Sweeps whose trials keep their checkpoints and weights in a store: nodes share nothing else."""

from __future__ import annotations

import json
import re
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from hpo.check import check
from hpo.ledger import State
from hpo.place import Place
from hpo.recorded import composed_again
from hpo.storage.deposits import Deposit, Kind, deposits
from hpo.storage.store import Store
from hpo.storage.sweep import storage_url
from models.training import Evaluation, train
from tests.chaos.driving import Sweep, rows, trial_processes
from tests.s3 import S3, s3_server
from tests.waiting import wait_for

pytestmark = pytest.mark.chaos

SPACE = ("space=none", "space.train.learning_rate={low: 1e-5, high: 1e-2, log: true}")
LONG = ("scheduler=fifo", "trial.checkpoint_every_s=0.5", "slots.count=2", "sweep.keep_models=2", *SPACE)


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> Iterator[S3]:
    with s3_server(monkeypatch) as server:
        yield server


def store_of(sweep: Sweep) -> Store:
    url = storage_url(sweep.ledger().about, sweep.name)
    assert url is not None
    return Store(url)


def checkpoints(store: Store, number: int, attempt: int) -> list[Deposit]:
    found = [d for d in deposits(store, number) if d.kind is Kind.CHECKPOINT and d.whole]
    return [deposit for deposit in found if deposit.attempt == attempt]


def predicted(sweep: Sweep, *arguments: str) -> str:
    done = sweep.run("predict", sweep.name, "--text", "the film was lovely bright warm and good", "--json", *arguments)
    assert done.returncode == 0, done.stderr
    label: str = json.loads(done.stdout)["prediction"]["label"]
    return label


def check_what_is_left(sweep: Sweep, store: Store) -> list[int]:
    """Nothing but the weights of the two best. Returns their numbers."""
    files = store.files()
    kept = sorted({int(match[1]) for path in files if (match := re.match(r"trials/(\d+)/attempt-\d+/best-\d+/", path))})
    assert len(kept) == 2
    assert all(re.match(r"trials/\d+/attempt-\d+/best-\d+/", path) for path in files)
    assert len({path.rpartition("/")[0] for path in files}) == 2
    assert not (sweep.folder / "scratch" / sweep.name).exists()
    here = [path.name for path in (sweep.folder / sweep.name / "trials").iterdir()]
    assert here == [f"{sweep.summary()['best']['number']:04d}"], "only the champion's weights were fetched"
    return kept


def test_a_killed_trial_goes_on_from_the_store(tmp_path: Path, s3: S3) -> None:
    data = s3.put(rows(tmp_path / "rows.jsonl", 320), "data/rows.jsonl")
    overrides = (f"cluster.storage={s3.url}/some/where", "sweep.trials=3", "train.epochs=10", *LONG)
    sweep = Sweep(tmp_path / "outputs", "stored", data, *overrides, env=s3.env)  # type: ignore[arg-type]
    process = sweep.start(*sweep.begin)
    wait_for(lambda: trial_processes(sweep.records()[:1]) or process.poll() is not None, "the first trial")
    assert process.poll() is None, sweep.log.read_text()[-3000:]
    store = store_of(sweep)
    before = wait_for(
        lambda: [d.step for d in checkpoints(store, 0, 0) if d.step >= 60] or process.poll() is not None,
        "a checkpoint in the store",
    )[0]
    (victim,) = trial_processes(sweep.records()[:1])
    victim.kill()
    victim.wait(timeout=30)
    for folder in (sweep.folder / "scratch" / sweep.name).glob(f"{victim.pid}-*"):
        shutil.rmtree(folder)
    after = wait_for(lambda: checkpoints(store, 0, 1) or process.poll() is not None, "a checkpoint of the next stay")[0]
    assert after.step > before, "it began anew"
    assert process.wait(timeout=300) == 0, sweep.log.read_text()[-3000:]

    records = sweep.records()
    assert [record.state for record in records] == [State.COMPLETE] * 3
    assert [attempt.end for attempt in records[0].attempts] == ["lost", ""]
    (other,) = set(check_what_is_left(sweep, store)) - {sweep.summary()["best"]["number"]}
    assert predicted(sweep) == predicted(sweep, "--trial", str(other))
    assert len(list((sweep.folder / sweep.name / "trials").glob("*/best/task.json"))) == 2

    plan = check(composed_again(sweep.ledger().about, Place(sweep.folder), ()), going_on=sweep.name)
    whole: list[Evaluation] = []
    train(plan.train_spec(records[0].params), whole.append)
    assert [e.step for e in whole] == [e["step"] for e in records[0].evaluations]
    for unkilled, killed in zip(whole, records[0].evaluations, strict=True):
        assert unkilled.metrics == pytest.approx(killed["metrics"], abs=1e-6)


def test_a_sweep_is_left_and_gone_on_with(tmp_path: Path) -> None:
    data = rows(tmp_path / "rows.jsonl", 320)
    overrides = (f"cluster.storage={tmp_path.as_uri()}/store", "sweep.trials=2", "train.epochs=10", *LONG)
    sweep = Sweep(tmp_path / "outputs", "left", data, *overrides)
    process = sweep.start(*sweep.begin)
    wait_for(lambda: trial_processes(sweep.records()[:1]) or process.poll() is not None, "the first trial")
    assert process.poll() is None, sweep.log.read_text()[-3000:]
    store = store_of(sweep)
    wait_for(lambda: [d for d in deposits(store, 0) if d.kind is Kind.BEST and d.whole], "weights in the store")
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=60) == 130
    paused = [record.number for record in sweep.records() if record.state is State.PAUSED]
    assert paused
    assert all(checkpoints(store, number, 0) for number in paused)
    assert not (sweep.folder / "scratch" / "left").exists()
    clone = sweep.run("clone", "left", "--trial", "0", "train.learning_rate=0.003", "--warm")
    assert clone.returncode == 0, clone.stderr
    assert [path for path in store.files("warm") if path.endswith("model.safetensors")]
    assert sweep.run("resume", "left").returncode == 0
    records = sweep.records()
    assert [record.state for record in records] == [State.COMPLETE] * 3
    assert records[2].parent == 0
    assert records[2].evaluations[0]["train_loss"] < records[0].evaluations[0]["train_loss"], "it did not begin warm"
    check_what_is_left(sweep, store)
