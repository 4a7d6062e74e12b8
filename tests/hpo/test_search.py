"""The search without Ray: a known function stands for the training."""

import math
from pathlib import Path

import pytest

from hpo.budget import Budget
from hpo.failures import Patience
from hpo.ledger import Cause, Ledger, Outcome, State, TrialRecord, ledger_url
from hpo.samplers import RandomSpec, make_sampler
from hpo.schedulers import AshaSpec, Decision, FifoSpec, SchedulerSpec, make_scheduler
from hpo.search import Search
from hpo.space import Space, TrialSchema
from models.spec import DocstringsData, FullTuning, TinyModel, TrainParams

EPOCHS = 4
PARAMS = TrainParams(epochs=EPOCHS)
SCHEMA = TrialSchema({"data": DocstringsData(), "model": TinyModel(), "tuning": FullTuning(), "train": PARAMS})
TREE = {"train": {"learning_rate": {"low": 1e-5, "high": 1e-1, "log": True}}}


class Seen:
    """An observer that writes down what it was told."""

    def __init__(self) -> None:
        self.events: list[tuple[str, int, str]] = []

    def started(self, record: TrialRecord) -> None:
        self.events.append(("started", record.number, record.state.value))

    def evaluated(self, record: TrialRecord) -> None:
        self.events.append(("evaluated", record.number, record.state.value))

    def paused(self, record: TrialRecord) -> None:
        self.events.append(("paused", record.number, record.state.value))

    def resumed(self, record: TrialRecord) -> None:
        self.events.append(("resumed", record.number, record.state.value))

    def ended(self, record: TrialRecord) -> None:
        self.events.append(("ended", record.number, record.state.value))


def make(
    folder: Path,
    spec: SchedulerSpec,
    trials: int = 12,
    start: dict | None = None,
    trivial: float | None = None,
) -> tuple[Search, Seen]:
    ledger = Ledger.create(ledger_url(folder), "sweep", maximize=True, about={})
    sampler = make_sampler(RandomSpec(), Space.parse(TREE, SCHEMA), 0)
    seen = Seen()
    scheduler = make_scheduler(spec, True, PARAMS)
    search = Search(
        ledger,
        sampler,
        scheduler,
        metric="accuracy",
        budget=Budget(trials),
        patience=Patience(0),
        start=start,
        trivial=trivial,
        observers=(seen,),
    )
    return search, seen


def evaluation(epoch: int, value: float) -> dict:
    return {"step": 10 * epoch, "epoch": float(epoch), "metrics": {"accuracy": value}, "last": epoch == EPOCHS}


def train(search: Search, number: int, params: dict) -> None:
    """The better the learning rate, the better the curve; above 0.05 it diverges."""
    rate = params["train.learning_rate"]
    for epoch in range(1, EPOCHS + 1):
        value = math.nan if rate > 0.05 else 1 / (1 + abs(math.log10(rate) + 3)) * epoch / EPOCHS
        if search.evaluated(number, evaluation(epoch, value)) is Decision.STOP:
            return
    search.ended(number, Outcome())


def run(search: Search) -> None:
    while (proposal := search.propose()) is not None:
        train(search, proposal.number, dict(proposal.params))


def test_runs_its_budget_and_the_records_equal_the_ledger(tmp_path: Path) -> None:
    search, _ = make(tmp_path, AshaSpec(reduction_factor=2))
    run(search)
    assert len(search.records) == 12
    assert search.finished
    told = Ledger.open(ledger_url(tmp_path), "sweep").trials()
    kept = ("number", "state", "cause", "reason", "value", "value_epoch", "params", "evaluations", "facts", "ended_at")
    for ours, theirs in zip(search.records.values(), told, strict=True):
        assert {key: repr(getattr(ours, key)) for key in kept} == {key: repr(getattr(theirs, key)) for key in kept}
    assert {r.cause for r in told} >= {None, Cause.SCHEDULER}


def test_diverged_is_pruned_with_its_cause(tmp_path: Path) -> None:
    search, _ = make(tmp_path, FifoSpec(), start={"train.learning_rate": 0.09})
    proposal = search.propose()
    assert proposal is not None
    train(search, proposal.number, dict(proposal.params))
    record = search.records[0]
    assert (record.state, record.cause, record.value) == (State.PRUNED, Cause.DIVERGED, None)
    assert "accuracy is nan after 1 epochs" in record.reason


def test_starting_configuration_is_first(tmp_path: Path) -> None:
    search, _ = make(tmp_path, FifoSpec(), start={"train.learning_rate": 2e-5})
    first, second = search.propose(), search.propose()
    assert first is not None
    assert second is not None
    assert first.params == {"train.learning_rate": 2e-5}
    assert second.params != first.params


def test_leave_pauses_what_runs_and_only_that(tmp_path: Path) -> None:
    search, seen = make(tmp_path, FifoSpec())
    for _ in range(3):
        search.propose()
    search.evaluated(0, evaluation(1, 0.5))
    search.ended(1, Outcome(Cause.ERROR, "boom"))
    search.leave("Ctrl-C")
    assert [record.state for record in search.records.values()] == [State.PAUSED, State.FAILED, State.PAUSED]
    assert [record.state for record in search.ledger.trials()] == [State.PAUSED, State.FAILED, State.PAUSED]
    assert search.records[0].attempts[-1].end == "Ctrl-C"
    assert search.running == []
    assert [event for event in seen.events if event[0] in ("paused", "ended")] == [
        ("ended", 1, "failed"),
        ("paused", 0, "paused"),
        ("paused", 2, "paused"),
    ]


def test_training_without_one_evaluation_is_an_error(tmp_path: Path) -> None:
    search, _ = make(tmp_path, FifoSpec())
    search.propose()
    search.ended(0, Outcome())
    assert search.records[0].cause is Cause.ERROR


def test_observers_are_told_after_the_ledger_and_in_order(tmp_path: Path) -> None:
    search, seen = make(tmp_path, FifoSpec(), trials=1)
    run(search)
    assert [event for event, _, _ in seen.events] == ["started", *["evaluated"] * EPOCHS, "ended"]


@pytest.mark.parametrize("trials", [1, 3])
def test_propose_returns_none_beyond_the_budget(tmp_path: Path, trials: int) -> None:
    search, _ = make(tmp_path, FifoSpec(), trials=trials)
    assert [search.propose() is None for _ in range(trials + 2)] == [False] * trials + [True] * 2


def test_trials_no_better_than_the_trivial_baseline_are_marked_and_stay_complete(tmp_path: Path) -> None:
    search, _ = make(tmp_path, FifoSpec(), trivial=0.5)
    run(search)
    finite = [record for record in search.ledger.trials() if record.value is not None and math.isfinite(record.value)]
    marked = {record.number for record in finite if record.facts.get("collapsed")}
    assert marked == {record.number for record in finite if record.value <= 0.5}
    assert 0 < len(marked) < len(finite)
    assert all(record.state is State.COMPLETE for record in finite)
