"""Ends a cluster on this machine: its own processes, and nothing else."""

from __future__ import annotations

import shutil
from pathlib import Path

from hpo.cluster.processes import end, members
from hpo.cluster.record import RECORD, ClusterRecord

PATIENCE_S = 15.0  # Ray gives its own processes up to ten seconds


def end_cluster(record: ClusterRecord) -> int:
    """End a cluster's processes and forget it; the nodes' logs stay.

    Returns:
        How many processes there were.
    """
    processes = members(record)
    leaders = [process for node in reversed(record.nodes) if (process := node.process()) is not None]
    end(leaders, processes, PATIENCE_S)
    end((), members(record), 0)  # what was started in the meantime
    forget(record)
    return len(processes)


def forget(record: ClusterRecord) -> None:
    """Remove Ray's files, the cluster's token and its record."""
    folder = Path(record.folder)
    shutil.rmtree(record.temp_dir, ignore_errors=True)
    (folder / "ray").unlink(missing_ok=True)
    if record.token is not None:
        Path(record.token).unlink(missing_ok=True)
    (folder / RECORD).unlink(missing_ok=True)
