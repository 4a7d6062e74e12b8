"""The confirmation of a small sweep, with real trainings, a real ledger and a real MLflow."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import mlflow
import pytest

from hpo.confirm.record import part_of
from hpo.confirm.winner import delivered, winner_of
from hpo.errors import InputError
from hpo.ledger import Cause, Inbox, Kind, Ledger, State, open_engine, sweep_names
from hpo.place import Place
from hpo.plan import Plan
from hpo.results import best_trial, summarize
from hpo.steward import Steward
from hpo.trained import chosen_trial, find_trained
from tests.hpo.confirm.conftest import Gone, Scene

MakePlan = Callable[..., Plan]
Confirmed = tuple[Scene, dict[str, Any]]
TOP_2 = [(2, 1042), (0, 1042), (2, 1043), (0, 1043)]


def test_the_best_two_are_trained_again_ranked_and_the_winner_is_tested_once(confirmed: Confirmed) -> None:
    scene, found = confirmed
    assert scene.trained == TOP_2
    assert [len(row["values"]) for row in found["ranking"]] == [2, 2]
    assert {row["trial"]: row["searched"] for row in found["ranking"]} == {2: 0.9, 0: 0.8}
    first, second = found["ranking"]
    assert first["mean"] >= second["mean"]
    assert first["optimism"] == pytest.approx(first["searched"] - first["mean"])
    assert found["winner"]["trial"] == found["test"]["trial"] == first["trial"]
    assert found["winner"]["value"] == max(first["values"].values())
    assert (found["test"]["rows"], found["test_looks"]) == (10, 1)
    assert 0 <= found["test"]["metrics"]["accuracy"] <= 1
    assert summarize(scene.ledger)["confirmation"] == found


def test_the_search_itself_knows_nothing_of_it(confirmed: Confirmed) -> None:
    scene, _ = confirmed
    assert [record.number for record in scene.ledger.trials()] == [0, 1, 2, 3]
    assert sweep_names(scene.plan.ledger_url) == ["first"]
    summary = summarize(scene.ledger)
    assert (summary["best"]["number"], summary["best"]["value"]) == (2, 0.9)
    assert len(summary["trials"]) == 4


@pytest.mark.parametrize("gone_after", [0, 3])
def test_a_driver_that_is_gone_is_followed_by_one_that_trains_what_is_missing(scene: Scene, gone_after: int) -> None:
    with pytest.raises(Gone):
        scene.confirm(gone_after=gone_after)
    assert scene.confirm()["test_looks"] == 1
    assert sorted(scene.trained) == sorted(TOP_2)


def test_a_second_driver_finds_nothing_to_do_and_finishes_a_look_that_was_begun(scene: Scene) -> None:
    before = scene.confirm()
    scene.said.clear()
    assert scene.confirm() == before
    assert (scene.trained, scene.said) == (TOP_2, [])
    scene.ledger.note("test_looks", [{**scene.ledger.about["test_looks"][0], "metrics": None}])
    assert scene.confirm()["test"]["metrics"] == before["test"]["metrics"]
    assert len(scene.ledger.about["test_looks"]) == 1


def test_after_more_trials_only_what_is_new_among_the_best_is_trained(scene: Scene) -> None:
    before = scene.confirm()
    scene.search((5e-3, 0.95))
    after = scene.confirm()
    assert scene.trained == [*TOP_2, (4, 1042), (4, 1043)]
    assert {row["trial"] for row in after["ranking"]} == {0, 2, 4}
    assert (before["trials"], after["trials"]) == (4, 5)
    assert after["test_looks"] == (1 if after["winner"] == before["winner"] else 2)


def test_more_seeds_are_trained_beside_those_that_are_there(scene: Scene, make_plan: MakePlan) -> None:
    scene.confirm()
    more = scene.confirm(plan=make_plan("confirm.seeds=3", going_on="first"))
    assert scene.trained == [*TOP_2, (2, 1044), (0, 1044)]
    assert [len(row["values"]) for row in more["ranking"]] == [3, 3]


def test_other_settings_begin_a_new_confirmation(scene: Scene, make_plan: MakePlan) -> None:
    with pytest.raises(Gone):
        scene.confirm(gone_after=2)
    scene.confirm(plan=make_plan("train.batch_size=4", going_on="first"))
    assert scene.trained == [*TOP_2[:2], *TOP_2]
    part = part_of(scene.ledger)
    assert part is not None
    assert part.trials()[2].cause is Cause.STOPPED_BY_USER


def test_other_limits_are_kept_by_what_is_confirmed(scene: Scene, make_plan: MakePlan) -> None:
    assert {row["trial"] for row in scene.confirm()["ranking"]} == {2, 0}
    plan = make_plan("sweep.constraints=['accuracy <= 0.85']", going_on="first")
    scene.ledger.note("aims", plan.aims.to_dict())  # As `hpo resume --allow-change` does.
    found = scene.confirm(plan=plan)
    assert {row["trial"] for row in found["ranking"]} == {0, 3}
    for row in found["ranking"]:
        assert set(row.get("broken", {})) == {seed for seed, value in row["values"].items() if value > 0.85}
    assert summarize(scene.ledger)["confirmation"] == found


def test_more_trials_that_are_asked_for_meanwhile_are_noted_and_a_stop_is_heard(scene: Scene) -> None:
    inbox = Inbox(open_engine(scene.plan.ledger_url), "first")
    asked: list[int] = []

    def during(steward: Steward) -> None:
        asked.append(inbox.ask(Kind.STOP if asked else Kind.EXTEND, {} if asked else {"trials": 3, "hours": 0.0}))
        steward._polled_at = 0.0  # It looks once a second.
        steward.tick()

    scene.during = during
    with pytest.raises(Gone):
        scene.confirm()
    assert len(scene.trained) == 1
    assert scene.ledger.about["budget"]["request"] == asked[0]
    assert (inbox.find(asked[0]).answer or "").startswith("the budget is")
    assert inbox.find(asked[1]).answer == "stopping"
    scene.during = lambda steward: None
    assert scene.confirm()["test_looks"] == 1
    assert scene.trained == TOP_2


def test_none_is_wanted(make_plan: MakePlan) -> None:
    scene = Scene(make_plan("confirm.top_k=0"))
    scene.search((1e-3, 0.8))
    assert scene.confirm() == {}
    assert winner_of(scene.ledger.about) is None
    assert part_of(scene.ledger) is None
    assert summarize(scene.ledger)["confirmation"] is None


def test_without_test_rows_it_is_said(make_plan: MakePlan) -> None:
    scene = Scene(make_plan("data.test_fraction=0", "confirm.top_k=1"))
    scene.search((1e-3, 0.8))
    found = scene.confirm()
    assert (found["test"], found["test_looks"]) == (None, 0)
    assert "no test rows" in found["no_test"]


def test_the_winner_is_what_is_delivered_predicted_with_and_trained_again(confirmed: Confirmed) -> None:
    scene, found = confirmed
    winner = winner_of(scene.ledger.about)
    assert winner is not None
    best = best_trial(scene.ledger.trials(), maximize=True)
    assert best is not None
    model = delivered(scene.ledger, best, scene.plan.sweep_dir)
    assert (model.record.number, model.record.value) == (winner.trial, winner.value)
    assert model.weights.is_dir()
    assert str(model.weights) == found["delivered"]["weights"]
    trained = find_trained("first", Place(scene.plan.output_dir))
    assert trained.folder == model.weights
    assert f"train.seed={winner.seed}" in (trained.overrides or ())
    assert chosen_trial(scene.ledger, None).number == winner.trial
    with pytest.raises(InputError, match="weights on disk"):  # The search's own trials have none here.
        find_trained("first", Place(scene.plan.output_dir), trial=winner.trial)


def test_one_model_of_each_configuration_is_kept(confirmed: Confirmed) -> None:
    scene, found = confirmed
    kept = {int(path.parent.name) for path in scene.plan.sweep_dir.glob("confirm/trials/*/best")}
    assert kept == {row["run"] for row in found["ranking"]}


def test_mlflow_has_each_training_under_the_sweeps_run(scene: Scene) -> None:
    with pytest.raises(Gone):
        scene.confirm(gone_after=2)
    found = scene.confirm()
    client = mlflow.MlflowClient(str(scene.ledger.about["mlflow_uri"]))
    parent = client.get_run(scene.ledger.about["mlflow_run_id"])
    assert parent.info.status == "FINISHED"
    runs = client.search_runs([parent.info.experiment_id])
    children = [run for run in runs if run.data.tags.get("mlflow.parentRunId") == parent.info.run_id]
    told = {(run.data.tags["configuration"], run.data.tags["seed"]) for run in children if "role" in run.data.tags}
    assert told == {(str(configuration), str(seed)) for configuration, seed in TOP_2}
    assert sum("trial" in run.data.tags for run in children) == 4
    assert len(children) == 8
    assert {run.info.status for run in children} == {"FINISHED"}
    first, metrics = found["ranking"][0], parent.data.metrics
    assert metrics["confirmed/accuracy_mean"] == pytest.approx(first["mean"])
    assert metrics["confirmed/accuracy_low"] == pytest.approx(first["low"])
    assert metrics["confirmed/accuracy_high"] == pytest.approx(first["high"])
    assert metrics["test/accuracy"] == pytest.approx(found["test"]["metrics"]["accuracy"])
    assert {point.step for point in client.get_metric_history(parent.info.run_id, "trial/accuracy")} == {0, 1, 2, 3}


def test_a_training_is_the_one_of_the_search_but_for_its_seed(confirmed: Confirmed) -> None:
    scene, _ = confirmed
    part = part_of(Ledger.open(scene.plan.ledger_url, "first"))
    assert part is not None
    assert {record.state for record in part.trials()} == {State.COMPLETE}
    assert part.trials()[0].params == {"configuration": 2, "train.learning_rate": 3e-3, "train.seed": 1042}
