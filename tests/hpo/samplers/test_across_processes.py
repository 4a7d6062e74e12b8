"""The same seed and the same study give the same proposals in another process, with trials running meanwhile."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.contract.studies import advance, file_study
from tests.hpo.samplers import proposing

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def proposals(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """From two processes whose sets and dicts are ordered differently, and from this one."""
    here = tmp_path_factory.mktemp("here")
    for name in proposing.SAMPLERS:
        advance(file_study(here / f"{name}.db"), proposing.sampler_of(name), 12, 3)
    started = [start(shutil.copytree(here, tmp_path_factory.mktemp("there") / "copy"), seed) for seed in (1, 2)]
    mine = {name: proposing.propose(here, name) for name in proposing.SAMPLERS}
    return [mine, *(json.loads(process.communicate()[0]) for process in started)]


def start(folder: Path, hash_seed: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.hpo.samplers.proposing", str(folder)]
    environment = {**os.environ, "PYTHONHASHSEED": str(hash_seed)}
    return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)


@pytest.mark.parametrize("name", list(proposing.SAMPLERS))
def test_same_proposals(name: str, proposals: list[dict[str, Any]]) -> None:
    mine, *others = proposals
    assert [other[name] for other in others] == [mine[name], mine[name]]
    assert len({json.dumps(params) for params in mine[name]}) == 3
