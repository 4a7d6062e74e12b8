"""One real sweep, and how its commands are called: as a person does, in a process of their own."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.search_alone import SEARCH_ALONE

HPO = str(Path(sys.executable).with_name("hpo"))
Hpo = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session")
def hpo() -> Hpo:
    """Runs the command; never in a working tree that has outputs of its own."""

    def run(*arguments: object, cwd: Path | None = None, **env: str) -> subprocess.CompletedProcess[str]:
        command = [HPO, *map(str, arguments)]
        whole = {**os.environ, "COLUMNS": "200", **env}
        return subprocess.run(command, capture_output=True, text=True, check=False, cwd=cwd, env=whole, timeout=300)

    return run


@dataclass(frozen=True)
class Swept:
    """A finished sweep called `first`."""

    output: Path
    summary: dict[str, Any]

    @property
    def best(self) -> int:
        return int(self.summary["best"]["number"])

    @property
    def kept(self) -> list[int]:
        return sorted(int(path.parent.name) for path in self.output.glob("first/trials/*/best"))

    def weights(self, number: int) -> Path:
        return self.output / "first" / "trials" / f"{number:04d}" / "best"


@pytest.fixture(scope="session")
def swept(hpo: Hpo, rows_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Swept:
    """Six trials of a small model over learning rates and two strategies; two keep their weights."""
    output = tmp_path_factory.mktemp("outputs")
    done = hpo(
        *("sweep", "model=tiny", "model.hidden_size=64", "data=json", f"data.train={rows_file}", "data.max_length=48"),
        *("train.batch_size=8", "train.epochs=4", "train.precision=auto", "tuning=lora", "tuning.rank=4"),
        *("space=none", "space.train.learning_rate={low: 1e-3, high: 1e-2, log: true}"),
        *("space.tuning={choices: [full, lora]}", "space.train.seed={low: 0, high: 99}"),
        *("sampler=random", "scheduler=asha", "scheduler.reduction_factor=2", "sweep.trials=6", "sweep.keep_models=2"),
        *("sweep.name=first", *SEARCH_ALONE, f"output_dir={output}"),
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return Swept(output, json.loads((output / "first" / "summary.json").read_text()))
