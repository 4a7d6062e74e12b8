"""A server that is away for a while in the middle of a sweep."""

import time
from pathlib import Path

import pytest

from hpo.errors import TrackingError
from hpo.ledger import Ledger
from tests.hpo.tracking.played import Driver, check_mlflow, new_ledger
from tests.hpo.tracking.servers import FaultyProxy, MlflowServer, free_port
from tests.waiting import wait_for

OUTAGE_S = 10.0


@pytest.fixture
def ledger(tmp_path: Path, server: MlflowServer, request: pytest.FixtureRequest) -> Ledger:
    return new_ledger(tmp_path, server.uri, request.node.name)


def test_a_server_that_stops_and_starts_again(ledger: Ledger, server: MlflowServer) -> None:
    driver = Driver(ledger)
    numbers = [driver.start() for _ in range(3)]
    for number in numbers:
        driver.evaluate(number, 1, 0.5)
    driver.tracker.wait_written()
    server.stop()
    away, step = time.monotonic(), 1
    while time.monotonic() - away < OUTAGE_S:
        step += 1
        for number in numbers:
            driver.evaluate(number, step, number + step / 1000)
        assert driver.slowest_s < 0.1
        time.sleep(0.05)  # The pace of the sweep, not a wait for something.
    driver.end(numbers[0])
    late = driver.start()
    driver.evaluate(late, 1, 0.25)
    server.start()
    for number in [*numbers[1:], late]:
        driver.end(number)
    driver.finish()
    assert step > 50
    assert driver.slowest_s < 0.1
    check_mlflow(ledger, server.uri)


def test_a_server_that_is_not_there_at_first(tmp_path: Path, server: MlflowServer) -> None:
    port = free_port()
    ledger = new_ledger(tmp_path, f"http://127.0.0.1:{port}", "early")
    driver = Driver(ledger)
    driver.play(trials=2, steps=2)
    proxy = FaultyProxy(server.port, port)
    driver.finish()
    proxy.close()
    assert driver.slowest_s < 0.1
    check_mlflow(ledger, server.uri)


def test_what_was_not_taken_is_written_after_a_resume(tmp_path: Path, server: MlflowServer) -> None:
    nobody = f"http://127.0.0.1:{free_port()}"
    ledger = new_ledger(tmp_path, nobody, "unseen")
    driver = Driver(ledger)
    driver.tracker.describe({"train.epochs": 2}, {})
    driver.play(trials=2, steps=3)
    begin = time.monotonic()
    with pytest.raises(
        TrackingError,
        match=r"did not take 16 writes \(.*refused.*\); they are kept in the ledger: hpo resume unseen writes them",
    ):
        driver.finish(patience_s=1.0)
    assert time.monotonic() - begin < 3
    ledger.note("mlflow_uri", server.uri)
    driver = Driver(ledger)
    driver.finish()
    check_mlflow(ledger, server.uri)
    last = max(record.end_seq or 0 for record in ledger.trials())
    wait_for(lambda: ledger.about["mlflow_seq"] == last, "the last event in MLflow", 1.0)
