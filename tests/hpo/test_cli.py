"""Hydra's habits work through `hpo`: flags, group help, tab completion."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

HPO = str(Path(sys.executable).with_name("hpo"))


def run(*arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    command = [HPO, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, **env}, timeout=60)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("hpo sw", ["sweep"]),
        ("hpo re", ["resume", "results", "report"]),
        ("hpo sweep sampler=g", ["sampler=gp", "sampler=grid"]),
        ("hpo plan train.lear", ["train.learning_rate="]),
        ("hpo train tuning=l", ["tuning=last_n", "tuning=llrd", "tuning=lora"]),
        ("hpo results na", []),
    ],
)
def test_tab_completion(line: str, words: list[str]) -> None:
    done = run("-sc", "query=bash", COMP_LINE=line, COMP_POINT=str(len(line)))
    assert done.stdout.split() == words


def test_cfg_shows_every_key_with_its_value() -> None:
    shown = run("sweep", "--cfg", "job", "train.epochs=5", "-p", "train").stdout
    assert "epochs: 5" in shown
    assert "learning_rate: 2.0e-05" in shown


def test_help_lists_groups_and_info_shows_where_config_comes_from() -> None:
    shown = run("sweep", "--help").stdout
    assert "scheduler: adaptive, asha, fifo, hyperband, median, pbt" in shown
    assert "tuning: bitfit, dora, full, gradual, head, ia3, last_n, llrd, lora" in shown
    assert "Config search path" in run("plan", "--info", "searchpath").stdout


def test_no_arguments_list_the_commands() -> None:
    done = run()
    assert done.returncode == 0
    for command in ("sweep", "plan", "train", "results", "predict", "export", "ui"):
        assert f"  {command}" in done.stdout


def test_plan_prints_the_resolved_sweep_and_starts_nothing(tmp_path: Path, rows_file: Path) -> None:
    done = run(
        *("plan", "model=tiny", "data=json", f"data.train={rows_file}", f"output_dir={tmp_path}"),
        *("space=grid", "sampler=grid", "sweep.trials=4", "slots.count=1"),
        COLUMNS="200",
    )
    assert done.returncode == 0, done.stderr
    for piece in (
        "train.learning_rate",
        "2e-05, 0.0001, 0.0005",
        "1 x (1 CPU)",
        "the grid has 6 points",
        "4 of at most 3 epochs",
        "sweep.trials=4 ends it before all are tried",
    ):
        assert piece in done.stdout, done.stdout
    assert [path.name for path in tmp_path.iterdir()] == ["cache"]
