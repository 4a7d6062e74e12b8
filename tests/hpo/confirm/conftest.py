"""A sweep with its confirmation, trained for real in this process, without Ray: its seam is `Confirmation.retrain`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from hpo.begin import begin
from hpo.budget import Budget
from hpo.check import check
from hpo.config.compose import compose
from hpo.confirm.confirmation import Confirmation
from hpo.execution.job import TrialJob
from hpo.failures import Patience
from hpo.ledger import Cause, Inbox, Ledger, Outcome, open_engine
from hpo.plan import Plan
from hpo.proposal import Proposal
from hpo.schedulers import Decision, Length
from hpo.schedulers.fifo import Fifo
from hpo.search import Search
from hpo.steward import Steward
from hpo.sweep import _job
from hpo.tracking.open import open_tracker
from hpo.tracking.tracker import Tracker
from models.training import train


class Gone(BaseException):
    """The driver is gone at this instant."""


class Scene:
    """A sweep in a folder of its own.

    Attributes:
        trained: What was trained again so far, in order: configuration and seed.
        said: What a person was told.
        during: Called with the confirmation's steward before each training.
    """

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.ledger = begin(plan)
        self.trained: list[tuple[int, int]] = []
        self.said: list[str] = []
        self.during: Callable[[Steward], None] = lambda steward: None

    def search(self, *values: tuple[float, float]) -> None:
        """Trials of the search that reached these values with these learning rates."""
        for rate, value in values:
            trial = self.ledger.study.ask()
            trial.suggest_float("train.learning_rate", 1e-6, 1.0)
            record = self.ledger.start(trial.number, {"train.learning_rate": rate})
            entry = {"step": 1, "epoch": 1.0, "metrics": {"accuracy": value}, "last": True, "improved": True}
            entry |= {"train_loss": 1.0, "learning_rate": rate, "samples_per_s": 1.0}
            record.evaluations.append(self.ledger.evaluate(trial.number, entry, value))
            record.curve, record.value = {1: value}, value
            self.ledger.end(record, Outcome())

    def confirm(self, *, plan: Plan | None = None, gone_after: int | None = None) -> dict[str, Any]:
        """Run the confirmation as one driver does; with `gone_after`, it is gone when so many trainings have begun."""
        plan = plan or self.plan
        ledger = Ledger.open(plan.ledger_url, plan.name)
        confirmation = Confirmation(plan, ledger)
        tracker = open_tracker(ledger, plan.config.tracking, plan.output_dir)
        tracker.catch_up(ledger.trials())
        try:
            self._retrain(confirmation, ledger, plan, tracker, gone_after)
            assert confirmation.is_done
            confirmation.conclude(tracker, self.said.append)
        finally:
            confirmation.close(60.0)
            tracker.finish({}, "FINISHED", 1.0)
        found: dict[str, Any] = ledger.about.get("confirmation", {})
        return found

    def _retrain(
        self, confirmation: Confirmation, ledger: Ledger, plan: Plan, tracker: Tracker, gone_after: int | None
    ) -> None:
        left = [gone_after]

        def run(search: Search, steward: Steward, job_of: Callable[[Proposal], TrialJob], folder: Path) -> None:
            assert folder == plan.sweep_dir / "confirm"
            while not search.finished:
                self.during(steward)
                if steward.stopping:
                    search.leave(steward.stopping)
                    raise Gone
                proposal = search.next()
                assert proposal is not None
                job = job_of(proposal)
                if left[0] is not None:
                    left[0] -= 1
                    if left[0] < 0:
                        raise Gone
                self.trained.append((proposal.params["configuration"], job.spec.train.seed))
                _train(search, job)

        inbox = Inbox(open_engine(plan.ledger_url), plan.name)
        fifo = Fifo(plan.maximize, Length.of(plan.config.train))
        over = Search(ledger, plan.sampler, fifo, metric=plan.metric, budget=Budget(0), patience=Patience(0))
        steward = Steward(over, inbox, 0.0, lambda: "")
        confirmation.retrain(run, steward, lambda proposal: _job(plan, ledger.about, proposal), tracker, [])


def _train(search: Search, job: TrialJob) -> None:
    """One training, told to the search as its process would."""

    def report(evaluation: Any) -> None:
        assert search.evaluated(job.number, asdict(evaluation)) is Decision.CONTINUE

    result = train(job.spec, report, Path(job.out_dir), resume=job.attempt > 0)
    cause = Cause.EARLY_STOP if result.stopped_early else None
    search.ended(job.number, Outcome(cause, "", {}))


@pytest.fixture(scope="session")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One MLflow database for all: its tables take seconds to make, and each sweep has runs of its own."""
    return tmp_path_factory.mktemp("mlflow") / "mlflow.db"


def plan_of(folder: Path, rows: Path, database: Path, *overrides: str, going_on: str | None = None) -> Plan:
    small = ("model=tiny", "model.hidden_size=16", "model.layers=1", "train.epochs=1", "sweep.baselines=false")
    data = ("data=json", f"data.train={rows}", "data.max_length=16", f"output_dir={folder}", "confirm.seeds=2")
    space = ("space=none", "space.train.learning_rate={low: 1e-6, high: 1e-1, log: true}", "sweep.name=first")
    where = (f"tracking.uri=sqlite:///{database}", "scheduler=fifo")
    return check(compose([*small, *data, *space, *where, *overrides]), going_on=going_on)


def four_trials(plan: Plan) -> Scene:
    """Number 2 is the best, then 0, then 3."""
    made = Scene(plan)
    made.search((1e-3, 0.8), (1e-5, 0.5), (3e-3, 0.9), (1e-2, 0.7))
    return made


@pytest.fixture
def make_plan(rows_file: Path, tmp_path: Path, database: Path) -> Callable[..., Plan]:
    """A sweep's plan: `make_plan("confirm.seeds=3", going_on="first")`."""
    return partial(plan_of, tmp_path, rows_file, database)


@pytest.fixture
def scene(make_plan: Callable[..., Plan]) -> Scene:
    """Four trials, not confirmed yet."""
    return four_trials(make_plan())


@pytest.fixture(scope="module")
def confirmed(
    rows_file: Path, database: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Scene, dict[str, Any]]:
    """Four trials with their confirmation, for looking at."""
    scene = four_trials(plan_of(tmp_path_factory.mktemp("confirmed"), rows_file, database))
    return scene, scene.confirm()
