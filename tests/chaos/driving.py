"""Sweeps that are driven through the command line, and what is left of them."""

from __future__ import annotations

import contextlib
import io
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import mlflow
import optuna
import psutil
from rich.console import Console
from sqlalchemy.exc import OperationalError

from hpo import cli
from hpo.errors import LedgerError, UnknownSweepError
from hpo.ledger import Ledger, State, TrialRecord, ledger_url
from tests.search_alone import SEARCH_ALONE

HPO = str(Path(sys.executable).with_name("hpo"))
# A trial process takes the leisure of niceness from Ray; beside other work it would starve.
ENVIRONMENT = {**os.environ, "RAY_worker_niceness": "0"}
TINY = ("model=tiny", "data=json", "data.max_length=32", "train.batch_size=8", "train.learning_rate=1e-3")


def rows(path: Path, count: int) -> Path:
    """So many short texts of two classes."""
    words = ("soup", "evening", "film", "book", "meal", "walk", "song", "play")
    with path.open("w", encoding="utf-8") as file:
        for i in range(count):
            good = i % 2 == 0
            mood = "lovely bright warm"[:: 1 if good else -1]
            text = f"the {words[i % 8]} was {mood} and {'good' if good else 'bad'} number {i}"
            file.write(json.dumps({"text": text, "label": "good" if good else "bad"}) + "\n")
    return path


@dataclass(frozen=True)
class Said:
    """What a command did."""

    code: int
    out: str
    err: str


class Sweep:
    """One sweep in a folder of its own."""

    def __init__(self, folder: Path, name: str, data: Path, *overrides: str, env: dict[str, str] | None = None) -> None:
        self.folder, self.name = folder, name
        self.env = {**ENVIRONMENT, "HPO_OUTPUT_DIR": str(folder), **(env or {})}
        self.begin = ["sweep", *TINY, *SEARCH_ALONE, f"data.train={data}", f"sweep.name={name}", *overrides]
        self.log = folder / f"{name}.log"

    @property
    def url(self) -> str:
        return self.env.get("HPO_LEDGER_URL") or ledger_url(self.folder)

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """A driver, in the background, its output in the log."""
        self.folder.mkdir(parents=True, exist_ok=True)
        file = self.log.open("a", encoding="utf-8")
        file.write(f"--- hpo {' '.join(arguments)}\n")
        file.flush()
        return subprocess.Popen([HPO, *arguments], env=self.env, stdout=file, stderr=subprocess.STDOUT, text=True)

    def run(self, *arguments: str, timeout: float = 300) -> subprocess.CompletedProcess[str]:
        """A command, to its end."""
        command = [HPO, *arguments]
        return subprocess.run(command, env=self.env, capture_output=True, text=True, timeout=timeout, check=False)

    def say(self, *arguments: str) -> Said:
        """A command that is quickly done, in this process: what it prints, and its exit code."""
        out, err = io.StringIO(), io.StringIO()
        place = ["--output-dir", str(self.folder)]
        place += ["--ledger", self.env["HPO_LEDGER_URL"]] if "HPO_LEDGER_URL" in self.env else []
        with contextlib.redirect_stdout(out):
            code = cli.run([*arguments, *place], Console(file=out, width=200), Console(file=err, width=200))
        return Said(code, out.getvalue(), err.getvalue())

    def records(self) -> list[TrialRecord]:
        """The trials in the ledger; none before there is one."""
        try:
            with contextlib.closing(Ledger.open(self.url, self.name)) as ledger:
                return ledger.trials()
        except (UnknownSweepError, LedgerError, KeyError, OperationalError):  # It is being made at this moment.
            return []

    def ledger(self) -> Ledger:
        return Ledger.open(self.url, self.name)

    def summary(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.folder / self.name / "summary.json").read_text())
        return found


def trial_processes(records: list[TrialRecord]) -> list[psutil.Process]:
    """The living processes of the running trials."""
    found = []
    for record in records:
        pid = record.attempts[-1].pid if record.state is State.RUNNING and record.attempts else 0
        if pid and psutil.pid_exists(pid):
            process = psutil.Process(pid)
            if process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
    return found


def check_agreement(sweep: Sweep, trials: int, mlflow_uri: str | None = None) -> list[TrialRecord]:
    """Ledger, Optuna's own view, MLflow and summary say the same of every trial, and nothing is left over."""
    records, summary = sweep.records(), sweep.summary()
    assert [record.number for record in records] == list(range(trials))
    assert all(record.state.ended for record in records)
    client = mlflow.MlflowClient(mlflow_uri or f"sqlite:///{sweep.folder / 'mlflow.db'}")
    experiment = client.get_experiment_by_name("transformer-hpo")
    assert experiment is not None
    runs = [
        run
        for run in client.search_runs([experiment.experiment_id], max_results=1000)
        if run.data.tags.get("sweep") == sweep.name
    ]
    parents = [run for run in runs if "mlflow.parentRunId" not in run.data.tags]
    assert len(parents) == 1
    children = {int(run.data.tags["trial"]): run for run in runs if run is not parents[0]}
    assert len(runs) == trials + 1
    assert sorted(children) == list(range(trials))
    assert parents[0].info.status == "FINISHED"
    study = optuna.load_study(study_name=sweep.name, storage=sweep.url)
    told = {trial.number: trial for trial in study.get_trials(deepcopy=False)}
    assert len(told) == trials
    for record in records:
        run, entry = children[record.number], summary["trials"][record.number]
        assert run.info.run_id == record.mlflow_run_id == entry["mlflow_run_id"]
        assert run.data.tags["mlflow.parentRunId"] == parents[0].info.run_id
        assert run.info.status == record.state.mlflow
        assert told[record.number].state is record.state.optuna
        assert entry["state"] == record.state.value
        assert entry["value"] == record.value
        curve = client.get_metric_history(run.info.run_id, "eval/accuracy")
        expected = [(e["step"], e["metrics"]["accuracy"]) for e in record.evaluations]
        assert [(point.step, point.value) for point in curve] == expected, record.number
        assert told[record.number].intermediate_values == dict(expected)
    left = [path for path in sweep.folder.rglob("checkpoints") if path.is_dir()]
    assert not left, "checkpoints that no one owns"
    return records
