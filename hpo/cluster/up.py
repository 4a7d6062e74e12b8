"""Starts a cluster on this machine: one process a node, each in a session of its own."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from hpo.cluster.down import end_cluster, forget
from hpo.cluster.record import TOKEN, ClusterRecord, NodeProcess, cluster_folder, read_record
from hpo.cluster.token import given_by_environment, new_token, token_settings
from hpo.errors import HpoError, InputError

HOST = "127.0.0.1"
HEAD_PATIENCE_S = 60.0
POLL_S = 0.1
LOG_TAIL_LINES = 15
OBJECT_STORE_BYTES = 128 * 2**20  # trials exchange metrics only; data is memory-mapped from the cache
LOCAL_NODE = "hpo.execution.local_node"  # `ray start` that stays on 127.0.0.1
# A node that does not answer is given up after 3 x (5 + 2) seconds; by default it takes Ray 65.
HEALTH = {
    "RAY_health_check_initial_delay_ms": "2000",
    "RAY_health_check_period_ms": "2000",
    "RAY_health_check_timeout_ms": "5000",
    "RAY_health_check_failure_threshold": "3",
}
NOT_INHERITED = ("RAY_ADDRESS",)


def begin_cluster(output_dir: Path, nodes: int, cpus_per_node: int, port: int | None = None) -> ClusterRecord:
    """Start the processes of a cluster. When this returns, its head listens and the other nodes are on their way.

    Args:
        nodes: Nodes in all, the head included.
        port: Port of the head; None: a free one.

    Raises:
        InputError: A cluster is up for this output folder already.
        HpoError: The head did not come up; nothing is left of it.
    """
    found = read_record(output_dir)
    if found is not None and found.alive():
        hint = "end it first: hpo cluster down"
        raise InputError.one("cluster", f"one is up at {found.address} for {output_dir}", hint)
    if found is not None:
        forget(found)
    record = _new_record(output_dir, port or _free_port())
    try:
        record = _start(record, _head(record, cpus_per_node))
        _wait_for_head(record)
        for _ in range(nodes - 1):
            record = _start(record, _worker(record, cpus_per_node))
    except BaseException:
        end_cluster(read_record(output_dir) or record)
        raise
    return record


def logs_of(record: ClusterRecord) -> str:
    """The ends of the nodes' logs, to be shown when the cluster does not come up."""
    parts = []
    for node in record.nodes:
        lines = Path(node.log).read_text(encoding="utf-8", errors="replace").splitlines()
        parts.append("\n".join([f"{node.log}:", *lines[-LOG_TAIL_LINES:]]))
    return "\n".join(parts)


def _new_record(output_dir: Path, port: int) -> ClusterRecord:
    folder = cluster_folder(output_dir)
    folder.mkdir(parents=True, exist_ok=True)
    token = None if given_by_environment() else str(new_token(folder / TOKEN))
    # Not under the output folder: the names of Ray's sockets have 107 bytes at most, and a network drive holds none.
    temp_dir = tempfile.mkdtemp(prefix="hpo-ray-")
    link = folder / "ray"
    link.unlink(missing_ok=True)
    link.symlink_to(temp_dir)
    record = ClusterRecord(str(folder), f"{HOST}:{port}", temp_dir, token)
    record.write()
    return record


def _head(record: ClusterRecord, cpus: int) -> list[str]:
    port = record.address.rpartition(":")[2]
    return ["--head", "--port", port, "--temp-dir", record.temp_dir, "--include-dashboard", "false", *_node(cpus)]


def _worker(record: ClusterRecord, cpus: int) -> list[str]:
    return ["--address", record.address, *_node(cpus)]


def _node(cpus: int) -> list[str]:
    sizes = ["--num-cpus", str(cpus), "--object-store-memory", str(OBJECT_STORE_BYTES)]
    return ["--block", "--node-ip-address", HOST, "--dashboard-agent-listen-port", "0", *sizes]


def _start(record: ClusterRecord, arguments: Sequence[str]) -> ClusterRecord:
    """One node's process, written down as soon as it exists."""
    environment = {name: value for name, value in os.environ.items() if name not in NOT_INHERITED}
    environment |= {"RAY_USAGE_STATS_ENABLED": "0"} | HEALTH | token_settings(record.token)
    log = Path(record.folder) / f"node-{len(record.nodes)}.log"
    with log.open("w", encoding="utf-8") as output:
        child = subprocess.Popen(
            [sys.executable, "-m", LOCAL_NODE, "start", *arguments],
            cwd=record.temp_dir,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    return record.with_node(NodeProcess.of(child.pid, log))


def _wait_for_head(record: ClusterRecord) -> None:
    host, _, port = record.address.rpartition(":")
    deadline = time.monotonic() + HEAD_PATIENCE_S
    while time.monotonic() < deadline:
        if not record.alive():
            break
        try:
            socket.create_connection((host, int(port)), 1.0).close()
            return
        except OSError:
            time.sleep(POLL_S)
    raise HpoError(f"the head of the cluster did not come up at {record.address}:\n{logs_of(record)}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])
