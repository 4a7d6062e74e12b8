"""A real cluster of two nodes on this machine, and drivers in processes of their own."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from hpo.cluster import ClusterRecord, begin_cluster, end_cluster

Drive = Callable[..., Any]
HEAD = """
import json, sys
from pathlib import Path
from hpo.cluster import access
from hpo.execution.connect import *
output = Path(sys.argv[1])
def say(value): print("SAID " + json.dumps(value), flush=True)
"""


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ClusterRecord]:
    with pytest.MonkeyPatch.context() as environment:
        for name in ("RAY_AUTH_TOKEN", "RAY_AUTH_TOKEN_PATH", "RAY_AUTH_MODE", "RAY_ADDRESS"):
            environment.delenv(name, raising=False)
        environment.setenv("RAY_worker_niceness", "0")
        record = begin_cluster(tmp_path_factory.mktemp("outputs"), nodes=2, cpus_per_node=1)
        try:
            yield record
        finally:
            end_cluster(record)


@pytest.fixture(scope="module")
def drive(cluster: ClusterRecord) -> Drive:
    """Runs code as a driver would; gives what it said last, or its errors where it did not end well."""

    def run(code: str, *arguments: str, **environment: str) -> Any:
        command = [sys.executable, "-c", HEAD + code, str(output_of(cluster)), *arguments]
        whole = {**os.environ, **environment}
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, timeout=180, env=whole, cwd=output_of(cluster)
        )
        if done.returncode != 0:
            return done.stderr
        # Ray prints what happens to its nodes in between.
        return json.loads([line for line in done.stdout.splitlines() if line.startswith("SAID ")][-1][5:])

    return run


def output_of(record: ClusterRecord) -> Path:
    return Path(record.folder).parent
