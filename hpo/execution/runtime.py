"""A Ray to run trials on: the sweep's own, or a connection to a cluster."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

from hpo.cluster import OBJECT_STORE_BYTES, access
from hpo.cluster.head_watch import head_watch
from hpo.config.schema import ClusterSpec
from hpo.errors import HpoError, InputError
from hpo.execution.code import code_for_workers
from hpo.execution.connect import connect
from hpo.provenance import versions
from hpo.slots import GIB, Machine, Slots
from hpo.storage.sweep import root_of

log = logging.getLogger(__name__)

# For the processes of trials: their threads sleep when idle; spinning ones would slow the trial in the next slot.
# A process that is to take the next trial waits so long for the thread of the one before.
WORKER_SETTINGS = {"OMP_WAIT_POLICY": "PASSIVE", "TUNE_FUNCTION_THREAD_TIMEOUT_S": "30"}
# Ray reads these when it is imported. The ledger and the tracker replace Ray's own loggers and experiment snapshots, so
# their files, their time and their warnings are turned off.
RAY_SETTINGS = WORKER_SETTINGS | {
    "RAY_AIR_NEW_OUTPUT": "0",
    "RAY_DEDUP_LOGS": "0",
    "RAY_TRAIN_ENABLE_V2_MIGRATION_WARNINGS": "0",
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",
    "TUNE_DISABLE_AUTO_CALLBACK_LOGGERS": "1",
    "TUNE_DISABLE_SIGINT_HANDLER": "1",
    "TUNE_GLOBAL_CHECKPOINT_S": str(10**9),
    "TUNE_WARN_EXCESSIVE_EXPERIMENT_CHECKPOINT_SYNC_THRESHOLD_S": "0",
    "TUNE_MAX_PENDING_TRIALS_PG": "1000",  # The search adapter itself hands out no more than there are slots.
    "TUNE_PRINT_ALL_TRIAL_ERRORS": "0",
}


@contextmanager
def ray_runtime(
    cluster: ClusterSpec,
    slots: Slots,
    output_dir: Path,
    read_by_trials: Mapping[str, Path],
    on_head_lost: Callable[[], None],
) -> Iterator[Slots]:
    """Ray for the time of the block.

    Args:
        output_dir: Folder of results, which every node of a cluster without a storage must share.
        read_by_trials: By place in the config, the files that trials read.
        on_head_lost: Called in a thread of its own when the cluster's head is gone; the main thread is stuck then.

    Yields:
        The slots with their number, which for a cluster is known only now.

    Raises:
        InputError: A node of the cluster could not run a trial: every reason on every node.
        HpoError: The cluster cannot be reached, or does not hold one slot.
    """
    for key, value in RAY_SETTINGS.items():
        os.environ.setdefault(key, value)
    with ExitStack() as stack:
        if cluster.address == "local":
            _start(slots)
        else:
            connect(access(cluster.address, output_dir), code_for_workers(WORKER_SETTINGS))
        import ray  # noqa: PLC0415  # after its settings are in place

        stack.callback(ray.shutdown)
        _keep_ray_quiet()
        if cluster.address != "local":
            stack.enter_context(head_watch(ray.get_runtime_context().gcs_address, on_head_lost))
            _check(cluster, output_dir, read_by_trials)
        yield _counted(slots, ray.cluster_resources())


def machine_of(resources: Mapping[str, float]) -> Machine:
    """Ray's resources as what there is to share."""
    return Machine(
        cpus=int(resources.get("CPU", 0)),
        gpus=int(resources.get("GPU", 0)),
        memory_gib=resources.get("memory", 0) / GIB,
    )


def _start(slots: Slots) -> None:
    import ray  # noqa: PLC0415

    ray.init(
        address="local",
        num_cpus=slots.cpus * (slots.count or 1),
        include_dashboard=False,
        logging_level="ERROR",
        log_to_driver=False,
        object_store_memory=OBJECT_STORE_BYTES,
    )


def _check(cluster: ClusterSpec, output_dir: Path, read_by_trials: Mapping[str, Path]) -> None:
    from hpo.execution.reach import check_nodes, check_storage_from_nodes  # noqa: PLC0415

    if cluster.storage is None:
        problems = check_nodes(output_dir, read_by_trials, versions())
    else:
        problems = check_storage_from_nodes(root_of(cluster.storage, Path.cwd()))
    if problems:
        raise InputError(problems)


def _keep_ray_quiet() -> None:
    """Ray prints a page about each process that died, which the search tells in a line; it goes to the log."""
    from ray._private import worker  # noqa: PLC0415

    def note(data: Mapping[str, object], **_: object) -> None:
        log.info("ray: %s", data.get("lines"))

    worker.print_to_stdstream = note


def _counted(slots: Slots, resources: Mapping[str, float]) -> Slots:
    """The slots with the number of them that there are now; on a cluster, more may come."""
    fits = slots.fitting(machine_of(resources))
    if fits < 1:
        raise HpoError(f"slots: the cluster does not hold one slot of {slots}; it has {machine_of(resources)}")
    return replace(slots, count=min(slots.count or fits, fits))
