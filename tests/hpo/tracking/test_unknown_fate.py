"""Calls that fail after they were carried out, or are carried out after they failed: nothing is there twice."""

import random
from pathlib import Path

import pytest
from mlflow.tracking import MlflowClient

from hpo.ledger import Ledger
from tests.hpo.tracking.played import Driver, check_mlflow, new_ledger
from tests.hpo.tracking.servers import Faults, FaultyProxy, MlflowServer


@pytest.fixture
def ledger(tmp_path: Path, proxy: FaultyProxy, request: pytest.FixtureRequest) -> Ledger:
    return new_ledger(tmp_path, proxy.uri, request.node.name)


WRITES = ("runs/create", "runs/log-batch", "runs/update")


@pytest.mark.parametrize("kind", ["refuse", "forget", "hang up", "slow"])
def test_each_kind_of_call_fails_once(
    kind: str, ledger: Ledger, server: MlflowServer, proxy: FaultyProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_TIMEOUT", "1")
    proxy.fault = faults = Faults(kind, 1, WRITES)
    driver = Driver(ledger)
    driver.tracker.describe({"train.epochs": 2}, {})
    driver.tracker.text("config.yaml", "a: 1\n")
    driver.play(trials=3, steps=4)
    driver.finish()
    assert set(faults.left.values()) == {0}
    assert driver.slowest_s < 0.1
    check_mlflow(ledger, server.uri)
    parent = MlflowClient(server.uri).get_run(ledger.about["mlflow_run_id"])
    assert (parent.data.params, parent.info.status) == ({"train.epochs": "2"}, "FINISHED")


def test_what_is_carried_out_late_is_not_there_twice(ledger: Ledger, server: MlflowServer, proxy: FaultyProxy) -> None:
    proxy.fault = Faults("late", 1, WRITES)
    driver = Driver(ledger)
    driver.play(trials=2, steps=3)
    driver.tracker.wait_written()
    proxy.wait_for_late()
    client, about = MlflowClient(server.uri), ledger.about
    assert len(client.search_runs([about["mlflow_experiment_id"]], f"tags.sweep_id = '{about['sweep_id']}'")) == 2
    driver.finish()
    check_mlflow(ledger, server.uri)


def test_a_third_of_all_calls_fails(ledger: Ledger, server: MlflowServer, proxy: FaultyProxy) -> None:
    dice = random.Random(0)
    proxy.fault = lambda _method, _path: dice.choice(["forget", "hang up", "refuse"]) if dice.random() < 1 / 3 else None
    driver = Driver(ledger)
    driver.play(trials=1, steps=3)
    driver.finish()
    assert proxy.faults > 3
    check_mlflow(ledger, server.uri)
