"""A sweep whose ledger is gone, read from what MLflow has of it."""

from pathlib import Path

import pytest
from mlflow.tracking import MlflowClient

from hpo.begin import begin
from hpo.errors import TrackingError
from hpo.tracking import past
from hpo.tracking.open import open_tracker
from hpo.tracking.past import find
from tests.hpo.history.sweeping import plan_of, play

NATURAL = {"accuracy": True, "loss": False}


@pytest.fixture(scope="module")
def output(rows_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("outputs")
    plan = plan_of(rows_file, folder, "gone", "sweep.trials=6")
    ledger = begin(plan)
    play(plan, ledger)
    tracker = open_tracker(ledger, plan.config.tracking, plan.output_dir)
    tracker.catch_up(ledger.trials())
    tracker.finish({}, "FINISHED", ledger.about["started_at"] + 9, 60.0)
    return folder


def test_it_gives_the_same_history_as_the_ledger(rows_file: Path, output: Path, tmp_path: Path) -> None:
    from_ledger = plan_of(rows_file, output, "new", "warm_start.from=[gone]")
    for path in output.glob("ledger.db*"):
        path.rename(tmp_path / path.name)
    try:
        from_mlflow = plan_of(rows_file, output, "new", "warm_start.from=[gone]")
    finally:
        for path in tmp_path.glob("ledger.db*"):
            path.replace(output / path.name)
    assert from_ledger.history is not None
    assert from_mlflow.history is not None
    assert from_mlflow.history.first == from_ledger.history.first
    (one,), (other,) = from_ledger.history.sweeps, from_mlflow.history.sweeps
    assert other.trials == one.trials
    assert (other.why, other.maximize) == (one.why, one.maximize)


def test_of_a_sweep_with_more_trials_than_are_read_the_first_ones_are(
    output: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    uri = f"sqlite:///{output / 'mlflow.db'}"
    whole = find(uri, "transformer-hpo", "gone", "gone", NATURAL)
    monkeypatch.setattr(past, "MOST_RUNS", 4)
    found = find(uri, "transformer-hpo", "gone", "gone", NATURAL)
    assert whole is not None
    assert found is not None
    assert len(whole[1]) == 6
    assert found[1] == whole[1][:4]
    assert found[0] == whole[0]


def test_what_is_not_there_is_none(output: Path, tmp_path: Path) -> None:
    uri = f"sqlite:///{output / 'mlflow.db'}"
    assert find(uri, "transformer-hpo", "unknown", "unknown", NATURAL) is None
    assert find(uri, "another", "gone", "gone", NATURAL) is None
    assert find(f"sqlite:///{tmp_path / 'mlflow.db'}", "transformer-hpo", "gone", "gone", NATURAL) is None
    assert not (tmp_path / "mlflow.db").exists()


def test_a_server_that_does_not_answer_is_told() -> None:
    with pytest.raises(TrackingError, match=r"does not answer at http://127\.0\.0\.1:9"):
        find("http://127.0.0.1:9", "transformer-hpo", "gone", "gone", NATURAL)


def test_runs_of_older_versions_have_dotted_names(tmp_path: Path) -> None:
    uri = f"sqlite:///{tmp_path / 'mlflow.db'}"
    client = MlflowClient(uri)
    experiment = client.create_experiment("old", artifact_location=(tmp_path / "files").as_uri())
    parent = client.create_run(experiment, tags={"sweep": "old"}).info.run_id
    for name, value in {"sweep.metric": "accuracy", "train.epochs": 2, "data.task": "text_classification"}.items():
        client.log_param(parent, name, value)
    inside = {"sweep": "old", "trial": "0", "state": "complete", "mlflow.parentRunId": parent}
    trial = client.create_run(experiment, tags=inside).info.run_id
    client.log_param(trial, "train.learning_rate", 0.003)
    for key, value in {"eval/accuracy": 0.5, "epoch": 1.0, "total/train_s": 3.0, "best/accuracy": 0.5}.items():
        client.log_metric(trial, key, value, step=7)
    found = find(uri, "old", "old", "old", NATURAL)
    assert found is not None
    about, trials, _ = found
    assert about.searched == frozenset({"train.learning_rate"})
    assert [(one.params, one.curve) for one in trials] == [({"train.learning_rate": 0.003}, ((1.0, 0.5),))]
