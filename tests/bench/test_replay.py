"""The replay of recorded curves, on small generated ones in both formats."""

from __future__ import annotations

import dataclasses
import json
import math
import subprocess
import sys
from pathlib import Path

import numpy as np
import optuna
import pandas as pd
import pytest
from optuna.study import StudyDirection
from optuna.trial import TrialState

from bench.replay import report
from bench.replay.brackets import SyncHyperband
from bench.replay.clock import Replayed, replay
from bench.replay.methods import make, parts
from bench.replay.others import history_of
from bench.replay.peer_samplers import AnyRow, BohbLike
from bench.replay.table_space import Snapped, TableSpace
from bench.replay.tables import Table, load
from bench.replay.work import Done, Job, Setting, jobs, run
from hpo.schedulers import Choice, Decision, Length, Result, Situation

ROWS, EVALUATIONS = 60, 9
LOGS = ("learning_rate", "epsilon", "l1", "l2", "linear_decay", "exponential_decay")
METHODS = ("random", "tpe+asha", "ray-asha", "ray-asha+optuna-tpe", "ray-median", "bohb-like", "hyperband-sync")


def write_taskset(folder: Path, name: str, seed: int) -> None:
    """The same configurations in each task; the best learning rate is 1e-3, and one row diverges."""
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({column: 10 ** rng.uniform(-5, -1, ROWS) for column in LOGS})
    frame["beta1"], frame["beta2"] = 1 - 10 ** rng.uniform(-3, -1, ROWS), 1 - 10 ** rng.uniform(-3, -1, ROWS)
    far = (np.log10(frame["learning_rate"].to_numpy()) + 3) ** 2
    noise = np.random.default_rng(seed).normal(0, 0.01, (ROWS, EVALUATIONS + 1))
    curves = far[:, None] + 1 / np.arange(1, EVALUATIONS + 2) + noise
    curves[7, 4:] = np.nan
    frame["valid_loss"] = list(curves)
    frame.to_parquet(folder / f"{name}.parquet")


def write_algoperf(folder: Path) -> None:
    """Two submissions of four configurations, each trained twice; lengths differ."""
    configs, curves = [], []
    for trial in range(16):
        submission, rate = ("adam", "sgd")[trial % 2], 0.1 ** (1 + trial // 2 % 4)
        hparams = {"rate": rate, "constant": 1} | ({"nesterov": trial // 2 % 2 == 0} if submission == "sgd" else {})
        configs.append((trial, "w", submission, f"study_{trial // 8}", "trial_1", json.dumps(hparams)))
        for index in range(4 + trial % 3):
            curves.append((trial, index, 10 * index, 3600.0 * index, 3700.0 * index, 9.0 - index - trial / 100, 0.0))
    names = ["trial_id", "workload", "submission", "study", "trial", "hparams_json"]
    pd.DataFrame(configs, columns=names).to_csv(folder / "w_configs.csv", index=False)
    names = ["trial_id", "eval_idx", "global_step", "train_seconds", "total_seconds", "val_loss", "val_metric"]
    pd.DataFrame(curves, columns=names).to_parquet(folder / "w_curves.parquet")


@pytest.fixture(scope="module")
def curves(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("curves")
    for form in ("taskset", "algoperf"):
        (folder / form).mkdir()
    for seed, name in enumerate(("one", "two")):
        write_taskset(folder / "taskset", name, seed)
    write_algoperf(folder / "algoperf")
    return folder


@pytest.fixture(scope="module")
def table(curves: Path) -> Table:
    return load(curves, "taskset", "one")[0]


def played(table: Table, method: str, slots: int = 1, seed: int = 0) -> Replayed:
    return replay(table, *make(method, table, seed, None), slots=slots, max_cost=1e9)


def test_a_taskset_table(table: Table) -> None:
    assert len(table.rows) == ROWS
    assert table.epochs == EVALUATIONS
    assert [row.epochs[0] for row in table.rows] == [1.0] * ROWS, "the evaluation before training is left out"
    assert len(table.rows[7].losses) == 4
    assert np.isnan(table.rows[7].losses[-1]), "where it diverged"
    assert table.rows[7].final == np.inf
    assert table.top == {int(np.argmin(table.finals))}
    assert table.regret(float(table.finals.min())) == 0.0
    space = TableSpace(table)
    assert {"learning_rate", "one_minus_beta1", "one_minus_beta2"} <= set(space.names)
    assert all(space.row_of(row.params) == index for index, row in enumerate(table.rows))


def test_an_algoperf_table_is_a_conditional_space_with_a_point_for_each_training(curves: Path) -> None:
    (table,) = load(curves, "algoperf")
    space = TableSpace(table)
    assert space.names == ("submission", "nesterov", "rate", "repeat")
    assert [str(condition) for condition in space["nesterov"].when] == ["submission is sgd"]
    assert all(not space.contains(row.params) for row in table.rows)
    assert len({json.dumps(row.params, sort_keys=True) for row in table.rows}) == 16
    assert [len(row.losses) for row in table.rows[:3]] == [3, 4, 5]
    assert {row.epochs[-1] for row in table.rows} == {100.0}, "each at its own end"
    assert table.rows[0].costs.tolist() == [1.0, 1.0, 1.0]


def test_an_unused_row_near_a_proposal_is_taken_once(table: Table) -> None:
    space = TableSpace(table)
    first = space.take(table.rows[3].params)
    second = space.take(table.rows[3].params)
    assert space.row_of(first) == 3
    assert space.row_of(second) != 3
    everything = {space.row_of(space.take(table.rows[3].params)) for _ in range(ROWS - 2)}
    assert len(everything | {3, space.row_of(second)}) == ROWS


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("form", ["taskset", "algoperf"])
def test_every_method_runs_and_repeats_itself(curves: Path, form: str, method: str) -> None:
    table = load(curves, form)[0]
    found = played(table, method, slots=3)
    assert found == played(table, method, slots=3)
    assert found.trials <= len(table.rows)
    assert 0 < found.time <= found.cost <= 3 * found.time + 1e-9


def test_random_search_pays_every_training_until_the_top(table: Table) -> None:
    found = played(table, "random")
    whole = dataclasses.replace(table, top=frozenset())
    everything = played(whole, "random")
    assert found.reached
    assert found.cost == found.time
    assert found.regret[-1] == (found.cost, 0.0), "the last one is the best of the table"
    assert not everything.reached
    assert everything.cost == sum(row.costs.sum() for row in table.rows)
    assert everything.trials == ROWS


def test_the_cap_ends_it(table: Table) -> None:
    whole = dataclasses.replace(table, top=frozenset())
    found = replay(whole, *make("random", whole, 0, None), slots=1, max_cost=20.0)
    assert (found.reached, found.cost) == (False, 20.0)


def test_hyperbands_brackets_are_those_that_were_published(table: Table) -> None:
    """Length 9, factor 3: 9 trials to 1, 3 of them to 3, 1 to 9; then 5 to 3, 1 to 9; then 3 to 9."""
    rows = tuple(row for row in table.rows if np.isfinite(row.final))[: 9 + 5 + 3]
    small = dataclasses.replace(table, rows=rows, top=frozenset())
    space = TableSpace(small)
    scheduler = SyncHyperband(Length(epochs=EVALUATIONS))
    found = replay(small, space, Snapped(AnyRow(space, 0), space), scheduler, slots=1, max_cost=1e9)
    assert found.trials == 17
    assert found.cost == (9 * 1 + 3 * 2 + 1 * 6) + (5 * 3 + 1 * 6) + 3 * 9


def test_a_warm_method_begins_with_what_was_good_in_the_other_tasks(curves: Path) -> None:
    one, two = load(curves, "taskset")
    history = history_of(one, (one, two), None, 0)
    assert history is not None
    assert [sweep.name for sweep in history.sweeps] == ["two"]
    space, sampler, scheduler = make("random+asha-warm", one, 0, history)
    warm = replay(one, space, sampler, scheduler, slots=1, max_cost=1e9)
    assert warm.cost <= 5 * EVALUATIONS, "the best here is among the five that were best there"
    wrong = history_of(one, (one, two), None, 0, misleading=True)
    misled = replay(one, *make("random+asha-misled", one, 0, wrong), slots=1, max_cost=1e9)
    assert misled.cost > warm.cost
    some = history_of(one, (one, two), 10, 0)
    assert some is not None
    assert len(some.sweeps[0].trials) == 10


@pytest.mark.parametrize("method", ["nonsense", "tpe", "tpe+nonsense"])
def test_an_unknown_method_is_refused(method: str) -> None:
    with pytest.raises(ValueError, match="no method"):
        parts(method)


def test_medians_and_means_and_what_never_came_there() -> None:
    def done(task: str, reached: bool, cost: float) -> Done:
        return Done(Job(task, "m", 0), Replayed(reached, cost, cost / 2, 3, ((1.0, 0.5),)), 1000.0, 0.1)

    found = [done("a", True, 10.0), done("a", True, 20.0), done("a", False, 5.0)]
    found += [done("b", True, 80.0), done("b", False, 5.0), done("b", False, 5.0)]
    cells = report.summary(found)["m"]
    assert (cells["a"].cost, cells["a"].reached, cells["a"].at_least) == (20.0, 2, False)
    assert (cells["b"].cost, cells["b"].reached, str(cells["b"])) == (1000.0, 1, ">1,000")
    assert report.means(cells)[0] == pytest.approx((20 * 1000) ** 0.5)
    grid, regrets = report.regrets(found)["a"]
    assert regrets["m"][grid < 1.0].tolist() == [1.0] * int((grid < 1.0).sum())
    assert regrets["m"][-1] == 0.5


def test_jobs_in_this_process_and_their_report(curves: Path, tmp_path: Path) -> None:
    setting = Setting(curves, "taskset")
    found = list(run(setting, jobs(["one", "two"], ["random", "random-warm"], 2), 0))
    assert [(d.job.task, d.job.method, d.job.seed) for d in found][:3] == [
        ("one", "random", 0),
        ("one", "random", 1),
        ("one", "random-warm", 0),
    ]
    assert report.table(found).count("\n") == 3
    assert json.loads(json.dumps(report.to_dict(found, {})))["summary"]["random"]["tasks"]["one"]["seeds"] == 2
    assert [path.stat().st_size > 0 for path in report.draw(found, tmp_path, "evaluations")] == [True, True]


def test_from_the_command_line(curves: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "bench.replay", "--curves", str(curves), "--format", "algoperf", "--seeds", "1"]
    command += ["--methods", "random", "--jobs", "1", "--json", str(tmp_path / "found.json")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("| method | w |")
    assert json.loads((tmp_path / "found.json").read_text())["about"]["unit"] == "hours"
    wrong = subprocess.run([*command[:-4], "--methods", "x"], capture_output=True, text=True, check=False)
    assert (wrong.returncode, "no method 'x'" in wrong.stderr) == (1, True)


def told_study(table: Table, space: TableSpace, rows: range, bad: int) -> optuna.Study:
    """A study of some rows, each at one length; the last so many of them diverged."""
    study = optuna.create_study()
    for index in rows:
        study.enqueue_trial(space.encode(table.rows[index].params))
        trial = study.ask()
        space.suggest(trial)
        trial.report(float(index), 1)
        if index in rows[-bad:]:
            trial.set_user_attr("outcome", {"cause": "diverged"})
        study.tell(trial.number, state=TrialState.PRUNED)
    return study


def test_bohb_learns_that_a_training_diverged(table: Table) -> None:
    space = TableSpace(table)
    study = told_study(table, space, range(20), bad=4)
    told = BohbLike(space, 0)._at_one_length(study.get_trials(), StudyDirection.MINIMIZE)
    assert [trial.value for trial in told] == [*map(float, range(16)), *[math.inf] * 4]
    assert {trial.state for trial in told} == {TrialState.COMPLETE}


def test_an_evaluation_beyond_several_rungs_counts_at_each_of_them() -> None:
    """Length 9: of nine that are first evaluated at 4 epochs, one goes on; at the first rung alone, none would."""
    scheduler = SyncHyperband(Length(epochs=EVALUATIONS))
    for number in range(9):
        scheduler.on_start(number, {})
        assert scheduler.on_result(Result(number, 4.0, 400, float(number))) is Decision.PAUSE
        assert scheduler.reason(number).startswith("rung 3 epochs")
    assert scheduler.choose(Situation(tuple(range(9)), (), may_propose=False)) == Choice(
        0, "among the best at rung 3 epochs"
    )
    assert scheduler.on_result(Result(0, 8.0, 800, 0.0)) is Decision.CONTINUE
    assert scheduler.on_result(Result(0, 9.0, 900, 0.0)) is Decision.CONTINUE
    assert scheduler.choose(Situation(tuple(range(1, 9)), (), may_propose=False)) is None
