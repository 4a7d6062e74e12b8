"""What does not go with a population is said before anything starts."""

from pathlib import Path

import pytest

from hpo.check import check
from hpo.config.compose import compose
from hpo.errors import InputError

PBT = ["scheduler=pbt", "space=pbt", "model=tiny", "data=json", "sweep.name=pbt", "sweep.trials=8"]


def plan(rows: Path, folder: Path, *more: str) -> object:
    return check(compose([*PBT, f"data.train={rows}", f"output_dir={folder}", *more]))


def test_what_fits_is_planned(rows_file: Path, tmp_path: Path) -> None:
    plan(rows_file, tmp_path)


@pytest.mark.parametrize(
    ("overrides", "where", "rule"),
    [
        (["sweep.trials=4"], "sweep.trials", "must be at least scheduler.population=8, got 4"),
        (["space.train.batch_size={choices: [8, 16]}"], "space.train.batch_size", "cannot change in the middle"),
        (["train.early_stopping_patience=2"], "train.early_stopping_patience", "ends members"),
        (["train.epochs=1"], "scheduler.every_epochs", "must be less than the longest training"),
        (
            ["train.epochs=9", "train.eval_every_epochs=2", "scheduler.every_epochs=3"],
            "scheduler.every_epochs",
            "multiple",
        ),
        (["sweep.metrics=[{name: accuracy}, {name: latency_ms}]"], "scheduler", "pbt goes by one metric"),
        (
            ["sampler=grid", "space=none", "space.train.learning_rate={choices: [1e-3, 1e-4]}"],
            "sampler",
            "keeps a population",
        ),
        (["scheduler.quantile=0.7"], "scheduler.quantile", "<= 0.5"),
        (["scheduler.explore=anneal"], "scheduler.explore", "perturb, pb2"),
    ],
)
def test_what_does_not_is_refused(rows_file: Path, tmp_path: Path, overrides: list[str], where: str, rule: str) -> None:
    with pytest.raises(InputError) as caught:
        plan(rows_file, tmp_path, *overrides)
    found = {problem.where: problem.message for problem in caught.value.problems}
    assert rule in found[where], found


def test_conditions_are_refused(rows_file: Path, tmp_path: Path) -> None:
    depends = "space.train.weight_decay={low: 0.1, high: 0.2, when: {train.max_grad_norm: 1.0}}"
    with pytest.raises(InputError, match=r"space.train.weight_decay.when"):
        plan(rows_file, tmp_path, "space.train.max_grad_norm={choices: [0.5, 1.0]}", depends)
