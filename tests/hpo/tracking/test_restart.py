"""A driver that is killed, and another one on the same ledger: nothing is in MLflow twice, and nothing is missing."""

import time
from pathlib import Path

import pytest
from mlflow.tracking import MlflowClient

from hpo.errors import TrackingError
from hpo.ledger import Ledger
from hpo.tracking.tracker import Tracker
from tests.hpo.tracking.played import SPEC, Driver, check_mlflow, new_ledger
from tests.hpo.tracking.servers import FaultyProxy, MlflowServer
from tests.waiting import wait_for


@pytest.fixture(scope="module")
def uri(tmp_path_factory: pytest.TempPathFactory) -> str:
    return f"sqlite:///{tmp_path_factory.mktemp('mlflow') / 'mlflow.db'}"


class DeathAfter:
    """A fault of the proxy: the driver does not hear of the answer to a call any more, and makes no other."""

    def __init__(self, call: int) -> None:
        self.call = call
        self.calls = 0

    def __call__(self, _method: str, _path: str) -> str | None:
        self.calls += 1
        return None if self.calls < self.call else "hang up" if self.calls == self.call else "refuse"

    def came(self) -> bool:
        return self.calls > self.call


def kill(driver: Driver) -> None:
    """Leave the rest unwritten. The server must refuse all calls by now, so that nothing of this call gets there."""
    with pytest.raises(TrackingError):
        driver.finish(patience_s=0.0)


def go_on(ledger: Ledger) -> None:
    driver = Driver(ledger)
    for number, record in sorted(driver.records.items()):
        if not record.state.ended:
            driver.evaluate(number, record.steps + 1, 0.5)
            driver.end(number)
    driver.play(trials=1, steps=1)
    driver.finish()


@pytest.mark.parametrize("call", [1, 2, 4, 5, 6, 8])
def test_a_driver_that_is_gone_after_a_call(
    call: int, server: MlflowServer, proxy: FaultyProxy, tmp_path: Path
) -> None:
    proxy.fault = death = DeathAfter(call)
    ledger = new_ledger(tmp_path, proxy.uri, f"killed-{call}")
    driver = Driver(ledger)
    first, second = driver.start(), driver.start()
    for step in (1, 2):
        driver.evaluate(first, step, 0.5 + step)
        driver.evaluate(second, step, 0.25 + step)
    driver.end(first)
    wait_for(death.came, "the death", 10.0)
    kill(driver)
    proxy.fault = lambda _method, _path: None
    go_on(ledger)
    check_mlflow(ledger, server.uri)


def played(tmp_path: Path, uri: str) -> Ledger:
    """A sweep whose last trial goes on."""
    ledger = new_ledger(tmp_path, uri)
    driver = Driver(ledger, tmp_path / "artifacts")
    driver.tracker.describe({"train.epochs": 2}, {})
    driver.play(trials=3, steps=3)
    driver.evaluate(driver.start(), 1, 0.5)
    driver.finish()
    return ledger


@pytest.mark.parametrize("through", [0, 4, 9])
def test_a_store_that_keeps_what_is_written_twice(
    through: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLFLOW_ALLOW_FILE_STORE", "true")
    uri = (tmp_path / "mlruns").as_uri()
    ledger = played(tmp_path, uri)
    ledger.note("mlflow_seq", through)
    go_on(ledger)
    check_mlflow(ledger, uri)


def test_runs_that_were_made_and_not_noted_are_found(tmp_path: Path, uri: str) -> None:
    ledger = played(tmp_path, uri)
    for key in ("mlflow_seq", "mlflow_run_id"):
        ledger.note(key, 0 if key == "mlflow_seq" else None)
    for record in ledger.trials():
        ledger.set_run_id(record.number, "")
    go_on(ledger)
    check_mlflow(ledger, uri)


def test_an_mlflow_that_knows_nothing_is_told_everything(
    tmp_path: Path, uri: str, server: MlflowServer, proxy: FaultyProxy
) -> None:
    ledger = played(tmp_path, uri)
    ledger.note("mlflow_uri", proxy.uri)
    proxy.fault = death = DeathAfter(6)  # In the midst of the first trial's run, when the sweep's own is known.
    driver = Driver(ledger)
    wait_for(death.came, "the death", 10.0)
    kill(driver)
    proxy.fault = lambda _method, _path: None
    go_on(ledger)
    check_mlflow(ledger, server.uri)


def test_a_sweep_that_goes_on_has_a_running_run(tmp_path: Path, uri: str) -> None:
    ledger = played(tmp_path, uri)
    client, run_id = MlflowClient(uri), ledger.about["mlflow_run_id"]
    client.delete_run(run_id)
    driver = Driver(ledger)
    driver.tracker.describe({"train.epochs": 3, "sweep.trials": 9}, {})
    driver.tracker.wait_written()
    run = client.get_run(run_id)
    assert (run.info.lifecycle_stage, run.info.status) == ("active", "RUNNING")
    assert run.data.params == {"train.epochs": "2", "sweep.trials": "9"}
    assert run.data.tags["changed.train.epochs"] == "3"
    driver.end(3)
    driver.finish()
    check_mlflow(ledger, uri)


def test_what_is_written_is_noted_within_seconds(tmp_path: Path, uri: str) -> None:
    ledger = new_ledger(tmp_path, uri)
    driver = Driver(ledger)
    number = driver.start()
    driver.evaluate(number, 1, 0.5)
    last = driver.records[number].evaluations[-1]["seq"]
    wait_for(lambda: ledger.about.get("mlflow_seq") == last, "the last event in MLflow", 20.0)
    driver.end(number)
    driver.finish()


def test_a_thousand_finished_trials_cost_nothing(tmp_path: Path, uri: str) -> None:
    ledger = played(tmp_path, uri)
    finished, *others, going_on = ledger.trials()
    tracker = Tracker(ledger, SPEC, None, "accuracy")
    tracker.opened()
    begin = time.perf_counter()
    tracker.catch_up([finished] * 1000 + [*others, going_on])
    assert time.perf_counter() - begin < 0.1
    tracker.wait_written()
    assert time.perf_counter() - begin < 2.0
    tracker.finish({}, "FINISHED", time.time())
