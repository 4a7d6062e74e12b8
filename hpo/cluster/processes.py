"""Which processes belong to a cluster, and how they are ended."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterable
from pathlib import Path

import psutil

from hpo.cluster.record import ClusterRecord

POLL_S = 0.1


def members(record: ClusterRecord) -> list[psutil.Process]:
    """Every living process of a cluster: those of its nodes' sessions, and what they started.

    A node whose first process was killed leaves others behind. They are known by their session, which nobody else can
    have had while they live, and, in case all of them are gone and the number was given out again, by their working
    directory, which lies in the cluster's own folder.
    """
    leaders = {node.pid: node.process() for node in record.nodes}
    found = {leader.pid: leader for leader in leaders.values() if leader is not None}
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, ProcessLookupError, PermissionError):
            session = os.getsid(process.pid)
            if session in leaders and (leaders[session] is not None or _works_in(process, record.temp_dir)):
                found[process.pid] = process
    for process in list(found.values()):
        with contextlib.suppress(psutil.Error):
            found |= {child.pid: child for child in process.children(recursive=True)}
    return [process for process in found.values() if not gone(process)]


def end(leaders: Iterable[psutil.Process], all_of_them: Iterable[psutil.Process], patience_s: float) -> int:
    """SIGTERM to the leaders, which end what they started; SIGKILL to each process that is left after a while.

    psutil refuses to signal a process whose pid has become another's.

    Returns:
        How many had to be killed.
    """
    for process in leaders:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.terminate()
    left = _wait(list(all_of_them), patience_s)
    for process in left:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    _wait(left, patience_s)
    return len(left)


def gone(process: psutil.Process) -> bool:
    """Whether it ended. A zombie did: only its parent has not looked yet."""
    try:
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def _wait(processes: list[psutil.Process], patience_s: float) -> list[psutil.Process]:
    deadline = time.monotonic() + patience_s
    while (left := [process for process in processes if not gone(process)]) and time.monotonic() < deadline:
        time.sleep(POLL_S)
    return left


def _works_in(process: psutil.Process, folder: str) -> bool:
    return Path(process.cwd()).is_relative_to(folder)
