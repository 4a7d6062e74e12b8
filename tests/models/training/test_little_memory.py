"""A batch that does not fit into memory is computed in pieces, and the training comes to the same end."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[3]
# One arena, since each reserves 64 MiB of address space; and what is freed is given back at once.
EXACT = {"MALLOC_ARENA_MAX": "1", "MALLOC_MMAP_THRESHOLD_": "131072"}


@dataclass(frozen=True)
class Outcome:
    """What `little_memory` printed, by case, and what it logged."""

    cases: dict[str, Any]
    log: str


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    command = [sys.executable, "-m", "tests.models.training.little_memory", str(tmp_path_factory.mktemp("memory"))]
    done = subprocess.run(command, cwd=ROOT, env=os.environ | EXACT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return Outcome(json.loads(done.stdout.splitlines()[-1]), done.stderr)


def same_course(result: dict[str, Any], whole: dict[str, Any]) -> None:
    for one, other in zip(result["evaluations"], whole["evaluations"], strict=True):
        assert all(one[name] == other[name] for name in ("step", "epoch", "learning_rate", "last"))
        assert one["metrics"] == pytest.approx(other["metrics"], abs=1e-5)
        assert one["train_loss"] == pytest.approx(other["train_loss"], abs=1e-5)


@pytest.mark.parametrize("case", ["goes on", "begins anew"])
def test_it_comes_to_the_same_end_in_pieces(outcome: Outcome, case: str) -> None:
    found, whole = outcome.cases[case], outcome.cases["whole"]
    assert whole["micro_batch_size"] == 32
    assert found["result"]["micro_batch_size"] < 32
    same_course(found["result"], whole)
    reported = found["reported"]
    assert [one["step"] for one in reported] == [1, 2, 3, 4, 5, 6], "each evaluation is reported once"
    assert reported[0]["micro_batch_size"] == 32, "the first batch has short rows, and fits"
    assert reported[-1]["micro_batch_size"] == found["result"]["micro_batch_size"]
    assert f"batches are now computed {found['result']['micro_batch_size']} rows at a time" in outcome.log


def test_it_goes_on_from_the_newest_checkpoint_where_there_is_one(outcome: Outcome) -> None:
    assert outcome.cases["goes on"]["asked"] == [1, 2, 3, 4, 5], "no step is made twice"
    assert outcome.cases["begins anew"]["asked"].count(1) > 1


def test_an_evaluation_takes_fewer_rows_at_once(outcome: Outcome) -> None:
    found = outcome.cases["evaluates"]
    same_course(found["result"], outcome.cases["evaluates whole"])
    assert found["result"]["micro_batch_size"] == 8, "the training's batches fit"
    assert "an evaluation does not fit into memory; it goes on with" in outcome.log


@pytest.mark.parametrize(
    ("case", "what"),
    [
        ("no step fits", "a training step with one row at a time (train.batch_size=2 in 2 pieces)"),
        ("no model fits", "the model itself"),
    ],
)
def test_what_cannot_fit_is_told(outcome: Outcome, case: str, what: str) -> None:
    found = outcome.cases[case]
    assert found["what"] == what
    assert found["text"].startswith(f"{what} does not fit into the memory of cpu: ")
    assert found["cause"] in ("RuntimeError", "MemoryError")
