"""Asks every node of a cluster whether a trial could run there, before the first one does."""

from __future__ import annotations

import secrets
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import ray
from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

from hpo.errors import Problem
from hpo.execution.connect import Node, alive_nodes
from hpo.execution.probe import AUTH_MODE, DRIVERS_FILE, Seen, auth_mode, differences, look
from hpo.storage.check import check_storage

PATIENCE_S = 60.0
SHIPPED_PACKAGE = "transformer-hpo"  # workers get the driver's code, whatever is installed there
SHARED = "it must be on storage that all nodes share, at the same path"


def check_nodes(
    output_dir: Path, paths: Mapping[str, Path], versions: Mapping[str, str], patience_s: float = PATIENCE_S
) -> list[Problem]:
    """Look from every alive node of the cluster that this process is connected to.

    Args:
        output_dir: The folder of results: a file that is written here must be seen there, and the other way round.
        paths: By place in the config, the files and folders that a training reads.
        versions: The packages that decide results, as `hpo.provenance.versions()` has them here.
        patience_s: Seconds in which all nodes must have answered.
    """
    nodes = alive_nodes()
    packages = {name: version for name, version in versions.items() if name != SHIPPED_PACKAGE}
    output_dir = output_dir.resolve()
    meeting_place = Path(tempfile.mkdtemp(prefix=".nodes-", dir=output_dir))
    try:
        word = secrets.token_hex()
        (meeting_place / DRIVERS_FILE).write_text(word, encoding="ascii")
        meeting_place.chmod(0o777)  # workers may run as another user
        arguments = str(meeting_place), word, [str(path.resolve()) for path in paths.values()], list(packages)
        asked = {node.node_id: _ask(node, *arguments) for node in nodes}
        ready, _ = ray.wait(list(asked.values()), num_returns=len(asked), timeout=patience_s)
        problems = []
        for node in nodes:
            if asked[node.node_id] not in ready:
                problems.append(Problem("cluster", f"node {node.name} did not answer in {patience_s:g} s"))
                continue
            problems += _problems(node, asked[node.node_id], meeting_place, paths, packages)
        return problems
    finally:
        shutil.rmtree(meeting_place, ignore_errors=True)


def check_storage_from_nodes(storage: str, patience_s: float = PATIENCE_S) -> list[Problem]:
    """Use the storage from every alive node: a file is written, read and removed there."""
    asked = {}
    for node in alive_nodes():
        here = NodeAffinitySchedulingStrategy(node.node_id, soft=False)
        task = ray.remote(check_storage).options(num_cpus=0, max_retries=0, scheduling_strategy=here)
        asked[node.name] = task.remote(storage)
    ready, _ = ray.wait(list(asked.values()), num_returns=len(asked), timeout=patience_s)
    problems = []
    for name, answer in asked.items():
        if answer not in ready:
            problems.append(Problem("cluster", f"node {name} did not answer in {patience_s:g} s"))
            continue
        problems += [Problem(p.where, f"node {name}: {p.message}", p.hint) for p in ray.get(answer)]
    return problems


def _ask(node: Node, meeting_place: str, word: str, paths: list[str], packages: list[str]) -> Any:
    here = NodeAffinitySchedulingStrategy(node.node_id, soft=False)
    task = ray.remote(look).options(num_cpus=0, max_retries=0, scheduling_strategy=here)
    return task.remote(meeting_place, word, node.node_id, paths, packages)


def _problems(
    node: Node, answer: Any, meeting_place: Path, paths: Mapping[str, Path], packages: Mapping[str, str]
) -> list[Problem]:
    try:
        seen: Seen = ray.get(answer)
    except ray.exceptions.RayError as error:
        reason = str(error).strip().splitlines()[-1]
        return [Problem("cluster", f"node {node.name} cannot run a task: {reason}", "its logs say more")]
    problems = []
    if seen.auth_mode != auth_mode():  # connections from the driver work, those back to it do not: no trial would start
        message = f"node {node.name} has {AUTH_MODE}={seen.auth_mode}, the driver {AUTH_MODE}={auth_mode()}"
        hint = f"start every node with {AUTH_MODE}=token; or the driver with {AUTH_MODE}={seen.auth_mode}"
        problems.append(Problem("cluster.address", message, hint))
    if seen.unshared:
        problems.append(Problem("output_dir", f"node {node.name}: {meeting_place.parent}: {seen.unshared}", SHARED))
    elif not (meeting_place / node.node_id).is_file():
        message = f"node {node.name}: {meeting_place.parent}: what the node wrote is not seen here"
        problems.append(Problem("output_dir", message, SHARED))
    for where, path in paths.items():
        if unreadable := seen.unreadable.get(str(path.resolve())):
            problems.append(Problem(where, f"node {node.name} cannot read {path.resolve()}: {unreadable}", SHARED))
    if differing := differences(packages, seen.versions):
        hint = "install the same versions everywhere, as constraints.txt has them, or run the same image"
        problems.append(Problem("cluster", f"node {node.name} has {', '.join(differing)}", hint))
    return problems
