"""Starts Ray, runs a search on it to its end, and leaves nothing behind."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from hpo.config.schema import ClusterSpec
from hpo.errors import HpoError
from hpo.execution.job import TrialJob
from hpo.search import Proposal, Search
from hpo.slots import GIB, Machine, Slots

# Ray reads these when it is imported, and its workers inherit them. The ledger and the tracker replace Ray's own
# loggers and experiment snapshots, so their files, their time and their warnings are turned off.
RAY_SETTINGS = {
    "OMP_WAIT_POLICY": "PASSIVE",  # idle threads sleep: spinning ones would slow the trial in the next slot
    "RAY_AIR_NEW_OUTPUT": "0",
    "RAY_DEDUP_LOGS": "0",
    "RAY_TRAIN_ENABLE_V2_MIGRATION_WARNINGS": "0",
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",
    "TUNE_DISABLE_AUTO_CALLBACK_LOGGERS": "1",
    "TUNE_DISABLE_SIGINT_HANDLER": "1",
    "TUNE_GLOBAL_CHECKPOINT_S": str(10**9),
    "TUNE_WARN_EXCESSIVE_EXPERIMENT_CHECKPOINT_SYNC_THRESHOLD_S": "0",
    "TUNE_FUNCTION_THREAD_TIMEOUT_S": "30",
    "TUNE_PRINT_ALL_TRIAL_ERRORS": "0",
}
RAY_FOLDER = "ray"
OBJECT_STORE_BYTES = 128 * 2**20  # trials exchange metrics only; data is memory-mapped from the cache


@contextmanager
def ray_runtime(cluster: ClusterSpec, slots: Slots) -> Iterator[Slots]:
    """A Ray to run trials on: this sweep's own, or a connection to a running cluster.

    Yields:
        The slots with their number, which for a cluster is known only now.

    Raises:
        HpoError: The cluster cannot be reached, or does not hold one slot.
    """
    for key, value in RAY_SETTINGS.items():
        os.environ.setdefault(key, value)
    import ray  # noqa: PLC0415  # after its settings are in place

    if cluster.address == "local":
        ray.init(
            address="local",
            num_cpus=slots.cpus * (slots.count or 1),
            include_dashboard=False,
            logging_level="ERROR",
            log_to_driver=False,
            object_store_memory=OBJECT_STORE_BYTES,
        )
    else:
        try:
            ray.init(address=cluster.address, logging_level="ERROR", log_to_driver=False)
        except ConnectionError as error:
            raise HpoError(f"cluster.address: no Ray cluster answers at {cluster.address}: {error}") from error
    try:
        yield _counted(slots, ray.cluster_resources())
    finally:
        ray.shutdown()


def _counted(slots: Slots, resources: Mapping[str, float]) -> Slots:
    machine = Machine(
        cpus=int(resources.get("CPU", 0)),
        gpus=int(resources.get("GPU", 0)),
        memory_gib=resources.get("memory", 0) / GIB,
    )
    fits = slots.fitting(machine)
    if fits < 1:
        raise HpoError(f"slots: the cluster does not hold one slot of {slots}; it has {machine}")
    return replace(slots, count=min(slots.count or fits, fits))


def run_on_ray(
    search: Search,
    slots: Slots,
    job_of: Callable[[Proposal], TrialJob],
    storage: Path,
    asked_to_stop: Callable[[], bool],
) -> None:
    """Run the search's trials until it is finished, or the person asked to stop.

    Args:
        job_of: Makes the full description of a training out of a proposal.
        storage: Folder for Ray Tune's own bookkeeping.
    """
    from ray import tune  # noqa: PLC0415  # after ray_runtime has put the settings in place

    from hpo.execution.adapter import SchedulerAdapter, SearchAdapter, UserStop  # noqa: PLC0415
    from hpo.execution.trial import run_trial  # noqa: PLC0415

    # As many trials may wait for their process to start as there are slots; else the slots would fill one by one.
    os.environ["TUNE_MAX_PENDING_TRIALS_PG"] = str(slots.count or 1)
    resources = {"cpu": float(slots.cpus), "gpu": slots.gpu_fraction}
    if slots.memory_gib is not None:
        resources["memory"] = slots.memory_gib * GIB
    tuner = tune.Tuner(
        tune.with_resources(run_trial, resources),
        tune_config=tune.TuneConfig(
            search_alg=SearchAdapter(search, slots.count or 1, job_of),
            scheduler=SchedulerAdapter(search),
            num_samples=-1,
            reuse_actors=True,
            trial_name_creator=lambda trial: repr(trial.config["job"]),
            trial_dirname_creator=lambda trial: repr(trial.config["job"]),
        ),
        run_config=tune.RunConfig(
            name=RAY_FOLDER,
            storage_path=str(storage.resolve()),
            stop=UserStop(asked_to_stop),
            verbose=0,
            failure_config=tune.FailureConfig(max_failures=0),
        ),
    )
    try:
        tuner.fit()
    finally:
        shutil.rmtree(storage / RAY_FOLDER, ignore_errors=True)  # nothing in it that the ledger lacks
