"""A process is known by pid and time of birth, and nobody else's is ever taken for a cluster's."""

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from hpo.birth import birth_of
from hpo.cluster import ClusterRecord, NodeProcess, end_cluster, read_record
from hpo.cluster.processes import gone, members
from tests.waiting import wait_for

PARENT = "import subprocess, sys; subprocess.Popen([sys.executable, '-c', 'input()'], stdin=subprocess.PIPE); input()"


@pytest.fixture
def record(tmp_path: Path) -> ClusterRecord:
    folder, temp_dir = tmp_path / "cluster", tmp_path / "temp"
    folder.mkdir()
    temp_dir.mkdir()
    return ClusterRecord(str(folder), "127.0.0.1:1", str(temp_dir), None)


@pytest.fixture
def child(record: ClusterRecord) -> Iterator[subprocess.Popen[bytes]]:
    """A process in a session of its own that has started another."""
    with subprocess.Popen(
        [sys.executable, "-c", PARENT], cwd=record.temp_dir, stdin=subprocess.PIPE, start_new_session=True
    ) as process:
        yield process
        process.kill()


def node_of(child: subprocess.Popen[bytes], record: ClusterRecord) -> NodeProcess:
    return NodeProcess.of(child.pid, Path(record.folder) / "node-0.log")


def both(record: ClusterRecord) -> list[psutil.Process]:
    """The process and the one that it starts, which is on its way."""
    return wait_for(lambda: found if len(found := members(record)) == 2 else [], "the process that it starts", 60)


def test_what_is_written_is_read(record: ClusterRecord, child: subprocess.Popen[bytes], tmp_path: Path) -> None:
    written = record.with_node(node_of(child, record))
    assert read_record(tmp_path) == written
    assert written.alive() == list(written.nodes)


def test_another_process_with_the_same_pid_is_not_the_node(
    record: ClusterRecord, child: subprocess.Popen[bytes]
) -> None:
    other = replace(node_of(child, record), born_at=birth_of(os.getpid()))
    elsewhere = replace(record, nodes=(other,), temp_dir=str(Path(record.temp_dir).parent / "another"))
    assert elsewhere.alive() == []
    assert members(elsewhere) == []
    assert end_cluster(elsewhere) == 0
    assert child.poll() is None


def test_end_reaches_what_the_node_started_and_forgets_the_record(
    record: ClusterRecord, child: subprocess.Popen[bytes], tmp_path: Path
) -> None:
    written = record.with_node(node_of(child, record))
    processes = both(written)
    assert end_cluster(written) == 2
    assert all(map(gone, processes))
    assert read_record(tmp_path) is None
    assert not Path(record.temp_dir).exists()


def test_what_a_killed_node_left_behind_is_found(record: ClusterRecord, child: subprocess.Popen[bytes]) -> None:
    written = record.with_node(node_of(child, record))
    both(written)
    child.kill()
    child.wait()
    left = members(written)
    assert len(left) == 1
    assert left[0].pid != child.pid
    assert members(replace(written, temp_dir="/nonexistent")) == []
    end_cluster(written)
    assert gone(left[0])
