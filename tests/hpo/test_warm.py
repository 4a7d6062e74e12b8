"""Which earlier sweeps a new one begins with, and what is said where that cannot be."""

import os
from pathlib import Path

import optuna
import pytest
from rich.console import Console

from hpo.begin import begin
from hpo.change import changes
from hpo.check import check
from hpo.errors import InputError
from hpo.ledger import Ledger, ledger_url
from hpo.place import Place
from hpo.recorded import composed_again
from hpo.results import train_command
from hpo.samplers.past import FIRST_ATTR
from hpo.terminal.tables import show_plan
from tests.hpo.history.sweeping import plan_of, play, sweep

DECAY = "space.train.weight_decay={low: 0.0, high: 0.1}"


@pytest.fixture(scope="module")
def output(rows_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three sweeps: `rates`, `decays` without a dimension in common with it, and `losses` of another direction."""
    folder = tmp_path_factory.mktemp("outputs")
    sweep(rows_file, folder, "rates", "sweep.trials=10")
    sweep(rows_file, folder, "losses", "sweep.trials=4", "sweep.metric=loss")
    plan = plan_of(rows_file, folder, "decays", "sweep.trials=1", "~space.train.learning_rate", DECAY)
    begin(plan)
    return folder


def told(rows: Path, output: Path, source: str, *more: str) -> str:
    with pytest.raises(InputError) as error:
        plan_of(rows, output, "new", f"warm_start.from=[{source}]", *more)
    assert {problem.where for problem in error.value.problems} == {"warm_start.from"}
    return str(error.value)


def test_by_name_the_best_comes_after_the_start(rows_file: Path, output: Path, tmp_path: Path) -> None:
    best = max(Ledger.open(ledger_url(output), "rates").trials(), key=lambda record: record.value or 0)
    plan = plan_of(rows_file, tmp_path, "new", f"warm_start.from=[rates@{output}]", "sweep.trials=9")
    assert plan.history is not None
    assert [len(sweep.trials) for sweep in plan.history.sweeps] == [10]
    ledger = begin(plan)
    done = play(plan, ledger, 2)
    assert done[0] == plan.start
    assert done[1] == best.params
    first = ledger.study.get_trials()[1]
    assert first.user_attrs[FIRST_ATTR] == 0
    assert "good in the earlier sweep rates" in first.user_attrs["why"]


def test_what_was_good_first_is_inside_the_budget(rows_file: Path, output: Path) -> None:
    plan = plan_of(rows_file, output, "small", "warm_start.from=[rates]", "sweep.trials=6")
    assert plan.history is not None
    assert len(plan.history.first) == 2  # A third of the budget.
    ledger = begin(plan)
    assert len(play(plan, ledger)) == 6
    optuna.delete_study(study_name="small", storage=ledger.study._storage)


def test_training_the_best_again_asks_for_no_earlier_sweep(rows_file: Path, output: Path, tmp_path: Path) -> None:
    plan = plan_of(rows_file, tmp_path, "new", f"warm_start.from=[rates@{output}]")
    assert "warm_start" not in train_command(begin(plan).about, dict(plan.start or {}))


def test_the_plan_says_what_is_used(rows_file: Path, output: Path, tmp_path: Path) -> None:
    plan = plan_of(rows_file, output, "new", "warm_start.from=[rates]", DECAY)
    with (tmp_path / "out.txt").open("w") as file:
        show_plan(Console(width=500, file=file), plan)
    line = "warm start: rates: 10 trials; metric accuracy, 1 of 2 dimensions in common, same task, data, model, tuning"
    assert line in (tmp_path / "out.txt").read_text()


def test_a_dimension_that_was_fixed_has_its_value_from_then(rows_file: Path, output: Path) -> None:
    plan = plan_of(rows_file, output, "new", "warm_start.from=[rates]", DECAY)
    assert plan.history is not None
    decays = {trial.params["train.weight_decay"] for trial in plan.history.sweeps[0].trials}
    assert decays == {plan.config.train.weight_decay}


def test_auto_takes_what_can_be_compared(rows_file: Path, output: Path, tmp_path: Path) -> None:
    plan = plan_of(rows_file, output, "new", "warm_start.from=[auto]")
    assert plan.history is not None
    assert [sweep.name for sweep in plan.history.sweeps] == ["rates"]
    cold = plan_of(rows_file, tmp_path, "new", "warm_start.from=[auto]")
    assert cold.history is None
    assert "no earlier sweep in the ledger is like this one: it begins cold" in cold.notes


def test_another_metric_will_do_where_more_of_both_is_better(rows_file: Path, output: Path) -> None:
    plan = plan_of(rows_file, output, "new", "warm_start.from=[rates]", "sweep.metric=macro_f1")
    assert plan.history is not None
    assert "metric accuracy (here macro_f1)" in plan.history.sweeps[0].why


def test_it_is_told_why_not(rows_file: Path, output: Path) -> None:
    assert "there is no sweep 'rate' (nearest: rates)" in told(rows_file, output, "rate")
    assert "optimizes loss (minimize), this sweep accuracy (maximize)" in told(rows_file, output, "losses")
    assert "no dimension in common" in told(rows_file, output, "decays")
    assert "it varied train.weight_decay; this sweep train.learning_rate" in told(rows_file, output, "decays")
    assert "there is no folder 'nowhere'" in told(rows_file, output, "rates@nowhere")
    assert "must be NAME, NAME@PLACE or auto" in told(rows_file, output, "a/b")
    assert "password" in told(rows_file, output, "rates@postgresql://me:secret@host/db")
    both = told(rows_file, output, "rate,losses")
    assert "'rate'" in both
    assert "optimizes loss" in both


def test_a_resumed_sweep_knows_what_it_knew_though_the_earlier_one_is_gone(
    rows_file: Path, output: Path, tmp_path: Path
) -> None:
    old = sweep(rows_file, tmp_path, "old", "sweep.trials=6")[1]
    plan = plan_of(rows_file, tmp_path, "whole", "warm_start.from=[old]", "sweep.trials=12")
    whole = play(plan, begin(plan))
    plan = plan_of(rows_file, tmp_path, "broken", "warm_start.from=[old]", "sweep.trials=12")
    ledger = begin(plan)
    first = play(plan, ledger, 3)
    optuna.delete_study(study_name="old", storage=old.study._storage)
    again = check(composed_again(ledger.about, Place(tmp_path), []), going_on="broken")
    assert again.history == plan.history
    assert changes(ledger.about, again) == []
    assert first + play(again, Ledger.open(again.ledger_url, "broken")) == whole


def test_a_resumed_sweep_cannot_be_given_other_earlier_sweeps(rows_file: Path, output: Path) -> None:
    plan = plan_of(rows_file, output, "new", "warm_start.from=[rates]", "sweep.trials=3")
    ledger = begin(plan)
    later = check(composed_again(ledger.about, Place(output), ["warm_start.from=[losses]"]), going_on="new")
    assert [str(change.key) for change in changes(ledger.about, later)] == ["warm_start.from"]
    optuna.delete_study(study_name="new", storage=ledger.study._storage)


def test_relative_folders_are_those_of_the_person(
    rows_file: Path, output: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(output.parent)
    source = f"warm_start.from=[rates@{os.path.relpath(output)}]"
    assert plan_of(rows_file, tmp_path, "new", source).history is not None
