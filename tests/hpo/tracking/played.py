"""A sweep played by hand: what a driver writes to the ledger and tells the tracker, and what MLflow must have of it."""

import time
import uuid
from pathlib import Path

from mlflow.tracking import MlflowClient

from hpo.config.schema import TrackingSpec
from hpo.ledger import Attempt, Cause, Ledger, Outcome, State, TrialRecord, ledger_url
from hpo.ranking import best_trial
from hpo.tracking.tracker import Tracker

METRIC = "accuracy"
SPEC = TrackingSpec(uri=None, experiment="played")


def new_ledger(folder: Path, uri: str, name: str = "sweep") -> Ledger:
    about = {"sweep_id": uuid.uuid4().hex, "mlflow_uri": uri, "started_at": time.time()}
    return Ledger.create(ledger_url(folder), name, maximize=True, about=about)


class Driver:
    """One process's part of a sweep. A new one on the same ledger goes on as after a kill."""

    def __init__(self, ledger: Ledger, artifacts: Path | None = None) -> None:
        self.ledger = ledger
        self.tracker = Tracker(ledger, SPEC, artifacts, METRIC)
        self.slowest_s = 0.0  # The longest that a call of the tracker took.
        records = ledger.trials()
        self.records = {record.number: record for record in records}
        if records:
            self.tracker.catch_up(records)

    def start(self) -> int:
        number = self.ledger.study.ask().number
        params = {"train.learning_rate": 0.001 * (number + 1), "tuning.targets": ["a", "b"]}
        self.records[number] = self.ledger.start(number, params)
        self.records[number].attempts.append(Attempt(time.time(), node="here", pid=1))
        self._tell("started", number)
        return number

    def evaluate(self, number: int, step: int, value: float) -> None:
        entry = {"step": step, "epoch": step / 10, "metrics": {"accuracy": value, "f1": value / 2}, "train_loss": 0.5}
        entry |= {"learning_rate": 0.1, "samples_per_s": 100.0, "train_s": 1.5, "last": False}
        record = self.records[number]
        record.evaluations.append(self.ledger.evaluate(number, entry, value))
        record.curve[step] = value
        record.value = max(record.curve.values())
        self._tell("evaluated", number)

    def pause(self, number: int, paused: bool = True) -> None:
        self.ledger.pause(number, paused)
        self.records[number].state = State.PAUSED if paused else State.RUNNING
        self._tell("paused" if paused else "resumed", number)

    def end(self, number: int, cause: Cause | None = None, reason: str = "") -> None:
        self.ledger.end(self.records[number], Outcome(cause, reason, {"device": "cpu", "train_s": 3.0}))
        self._tell("ended", number)

    def finish(self, patience_s: float = 60.0) -> None:
        if "ended_at" not in self.ledger.about:
            self.ledger.note("ended_at", time.time())
        self.tracker.finish({"importance/a": 0.75}, "FINISHED", self.ledger.about["ended_at"], patience_s)

    def play(self, trials: int, steps: int) -> None:
        """Trials side by side, each of which ends after its last step, every third by the scheduler."""
        numbers = [self.start() for _ in range(trials)]
        for step in range(1, steps + 1):
            for number in numbers:
                self.evaluate(number, step, number + step / 100)
        for number in numbers:
            self.end(number, Cause.SCHEDULER if number % 3 == 2 else None)

    def _tell(self, what: str, number: int) -> None:
        begin = time.perf_counter()
        getattr(self.tracker, what)(self.records[number])
        self.slowest_s = max(self.slowest_s, time.perf_counter() - begin)


def check_mlflow(ledger: Ledger, uri: str) -> None:
    """MLflow has what the ledger has: each run and each point once, in order, with the same states."""
    client, about, records = MlflowClient(uri), ledger.about, ledger.trials()
    runs = client.search_runs(
        [about["mlflow_experiment_id"]], f"tags.`mlflow.parentRunId` = '{about['mlflow_run_id']}'"
    )
    assert sorted(run.data.tags["trial"] for run in runs) == sorted(str(record.number) for record in records)
    parents = client.search_runs([about["mlflow_experiment_id"]], f"tags.sweep_id = '{about['sweep_id']}'")
    assert [run.info.run_id for run in parents] == [about["mlflow_run_id"]]
    by_id = {run.info.run_id: run for run in runs}
    for record in records:
        run = by_id[record.mlflow_run_id]
        assert (run.info.status, run.data.tags["state"]) == (record.state.mlflow, record.state.value)
        assert run.data.params == {
            "train.learning_rate": str(record.params["train.learning_rate"]),
            "tuning.targets": '["a", "b"]',
        }
        check_points(client, record)
    ended = [record for record in records if record.end_seq is not None and record.value is not None]
    among = client.get_metric_history(about["mlflow_run_id"], f"trial/{METRIC}")
    assert sorted((point.step, point.value) for point in among) == [(r.number, r.value) for r in ended]
    check_best(client, about["mlflow_run_id"], records)


def check_best(client: MlflowClient, run_id: str, records: list[TrialRecord]) -> None:
    """The best so far at the end of each trial, in the order of their ends."""
    in_order = sorted((record for record in records if record.state.ended), key=lambda record: record.end_seq or 0)
    expected = {}
    for count in range(1, len(in_order) + 1):
        best = best_trial(in_order[:count], maximize=True)
        if best is not None:
            expected[count] = best.value
    points = client.get_metric_history(run_id, f"best/{METRIC}")
    assert sorted((point.step, point.value) for point in points) == sorted(expected.items())


def check_points(client: MlflowClient, record: TrialRecord) -> None:
    for metric in (METRIC, "f1"):
        points = client.get_metric_history(record.mlflow_run_id, f"eval/{metric}")
        assert [(point.step, point.value, point.timestamp) for point in points] == [
            (entry["step"], entry["metrics"][metric], round(1000 * entry["at"])) for entry in record.evaluations
        ]
    if record.end_seq is not None:
        run = client.get_run(record.mlflow_run_id)
        assert run.info.start_time == round(1000 * record.started_at)
        assert run.info.end_time == round(1000 * record.ended_at)
        points = client.get_metric_history(record.mlflow_run_id, f"best/{METRIC}")
        expected = [] if record.value is None else [(run.info.end_time, 0, record.value)]
        assert [(point.timestamp, point.step, point.value) for point in points] == expected
