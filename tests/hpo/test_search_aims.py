"""The search under several aims and limits, without Ray, and over what an earlier driver left."""

from pathlib import Path
from typing import Any

import pytest

from hpo.aims import Aim, Aims, Constraint
from hpo.budget import Budget
from hpo.failures import Patience
from hpo.front import front
from hpo.ledger import Cause, Ledger, Outcome, State, ledger_url
from hpo.results import best_trial, summarize
from hpo.samplers import TPESpec, make_sampler
from hpo.samplers.several import for_aims
from hpo.schedulers import AshaSpec, Decision
from hpo.schedulers.several import scheduler_for
from hpo.search import Search
from hpo.space import Space, TrialSchema, space_to_dict
from models.spec import DocstringsData, FullTuning, TinyModel, TrainParams

EPOCHS = 3
PARAMS = TrainParams(epochs=EPOCHS)
SCHEMA = TrialSchema({"data": DocstringsData(), "model": TinyModel(), "tuning": FullTuning(), "train": PARAMS})
SPACE = Space.parse({"model": {"layers": {"low": 1, "high": 12}}}, SCHEMA)
ACCURACY, LATENCY = Aim("accuracy", True), Aim("latency_ms", False)


def make(folder: Path, aims: Aims, *, again: bool = False) -> Search:
    about: dict[str, Any] = {"aims": aims.to_dict(), "metric": "accuracy"}
    url = ledger_url(folder)
    ledger = Ledger.open(url, "sweep") if again else Ledger.create(url, "sweep", maximize=True, about=about)
    return Search(
        ledger,
        for_aims(make_sampler(TPESpec(startup_trials=3), SPACE, 0), aims),
        scheduler_for(AshaSpec(reduction_factor=2), aims, PARAMS),
        metric="accuracy",
        budget=Budget(12),
        patience=Patience(0),
        aims=aims,
    )


def evaluation(epoch: int, layers: int) -> dict[str, Any]:
    """More layers: more accuracy, more latency, more weights."""
    return {
        "step": 10 * epoch,
        "epoch": float(epoch),
        "metrics": {"accuracy": (1 - 0.5**layers) * epoch / EPOCHS},
        "last": epoch == EPOCHS,
        "train_s": 1.0,
        "latency_ms": 2.0 * layers,
        "total_parameters": 1000 * layers,
    }


def train(search: Search, number: int, layers: int) -> Decision:
    for epoch in range(1, EPOCHS + 1):
        if search.evaluated(number, evaluation(epoch, layers)) is Decision.STOP:
            return Decision.STOP
    search.ended(number, Outcome())
    return Decision.CONTINUE


def run(search: Search, trials: int = 12) -> None:
    for _ in range(trials):
        proposal = search.propose()
        if proposal is None:
            return
        train(search, proposal.number, int(proposal.params["model.layers"]))


def limited(*limits: str, several: bool = False) -> Aims:
    return Aims((ACCURACY, LATENCY) if several else (ACCURACY,), tuple(map(Constraint.parse, limits)))


def test_records_and_ledger_agree_on_how_each_trial_stands(tmp_path: Path) -> None:
    search = make(tmp_path, limited("latency_ms <= 10", several=True))
    run(search)
    held = [(record.number, record.state, record.standing) for record in search.records.values()]
    assert held == [(record.number, record.state, record.standing) for record in search.ledger.trials()]
    assert {record.state for record in search.records.values()} >= {State.COMPLETE, State.PRUNED}


def test_the_front_has_more_than_the_most_accurate(tmp_path: Path) -> None:
    search = make(tmp_path, limited(several=True))
    run(search)
    members = front(search.ledger.trials())
    best = best_trial(search.ledger.trials(), maximize=True)
    assert best is members[0] or (best is not None and best.number == members[0].number)
    latencies = [member.standing.values["latency_ms"] for member in members]
    assert len(members) >= 2
    assert latencies == sorted(latencies, reverse=True)


def test_a_limit_that_training_cannot_mend_ends_the_trial_at_its_first_evaluation(tmp_path: Path) -> None:
    search = make(tmp_path, limited("latency_ms <= 10"))
    number = search.propose().number  # type: ignore[union-attr]
    assert train(search, number, layers=9) is Decision.STOP
    record = search.ledger.trial(number)
    assert (record.state, record.cause, record.epochs) == (State.PRUNED, Cause.INFEASIBLE, 1.0)
    assert record.reason == "latency_ms is 18, not <= 10"
    assert record.standing.violated == (record.reason,)
    assert search.ledger.study.trials[number].state.name == "PRUNED"


def test_a_trial_that_broke_a_limit_does_not_raise_the_bar_for_the_others(tmp_path: Path) -> None:
    search = make(tmp_path, limited("latency_ms <= 10"))
    numbers = [search.propose().number for _ in range(3)]  # type: ignore[union-attr]
    assert [train(search, number, layers) for number, layers in zip(numbers[:2], (12, 11), strict=True)] == [
        Decision.STOP
    ] * 2
    assert train(search, numbers[2], layers=2) is Decision.CONTINUE


def test_what_may_still_become_better_is_judged_at_the_end(tmp_path: Path) -> None:
    search = make(tmp_path, limited("accuracy >= 0.7"))
    weak, strong = (search.propose().number for _ in range(2))  # type: ignore[union-attr]
    train(search, strong, layers=8)
    for epoch in range(1, EPOCHS):
        search.evaluated(weak, evaluation(epoch, 1))
    if not search.records[weak].state.ended:
        search.evaluated(weak, evaluation(EPOCHS, 1))
        search.ended(weak, Outcome())
    record = search.ledger.trial(weak)
    assert record.cause is not Cause.INFEASIBLE
    assert not record.standing.feasible


def test_no_trial_within_the_limits_is_no_best_trial(tmp_path: Path) -> None:
    search = make(tmp_path, limited("latency_ms <= 1"))
    run(search, 3)
    summary = summarize_of(search)
    assert summary["best"] is None
    assert all(trial["violated"] for trial in summary["trials"])


def summarize_of(search: Search) -> dict[str, Any]:
    more: dict[str, Any] = {"sweep_dir": "nowhere", "overrides": [], "fixed": {}, "mlflow_uri": "", "started_at": 0.0}
    more |= {"slots": {"count": 1}, "config": {"sweep": {"seed": 0}}, "space": space_to_dict(SPACE)}
    for key, value in more.items():
        search.ledger.note(key, value)
    return summarize(search.ledger)


def test_the_summary_names_aims_front_and_what_each_trial_reaches(tmp_path: Path) -> None:
    search = make(tmp_path, limited("latency_ms <= 16", several=True))
    run(search)
    summary = summarize_of(search)
    assert summary["aims"] == search.aims.to_dict()
    on_front = [trial["number"] for trial in summary["trials"] if trial["front"]]
    assert sorted(member["number"] for member in summary["front"]) == on_front
    assert summary["best"]["number"] == summary["front"][0]["number"]
    for trial in summary["trials"]:
        assert trial["values"]["latency_ms"] == 2.0 * trial["params"]["model.layers"]
        assert bool(trial["violated"]) == (trial["values"]["latency_ms"] > 16)


@pytest.mark.parametrize("killed_after", [1, 3, 5, 8])
def test_a_new_driver_goes_on_as_the_old_one_would_have(tmp_path: Path, killed_after: int) -> None:
    aims = limited("latency_ms <= 18", several=True)
    whole = make(tmp_path / "whole", aims)
    run(whole)
    cut = make(tmp_path / "cut", aims)
    run(cut, killed_after)
    again = make(tmp_path / "cut", aims, again=True)
    run(again)

    def story(search: Search) -> list[tuple[Any, ...]]:
        return [(r.params, r.state, r.cause, r.reason, r.standing) for r in search.ledger.trials()]

    assert story(again) == story(whole)


def test_a_sweep_of_one_metric_says_nothing_of_aims(tmp_path: Path) -> None:
    search = make(tmp_path, Aims.single("accuracy", True))
    run(search, 4)
    summary = summarize_of(search)
    assert (summary["aims"], summary["front"]) == (None, [])
    assert not any("violated" in trial or "front" in trial for trial in summary["trials"])
