"""Runs a search on Ray to its end, and leaves nothing behind."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from hpo.errors import HpoError
from hpo.execution.job import TrialJob
from hpo.execution.runtime import machine_of
from hpo.proposal import Proposal
from hpo.search import Search
from hpo.slots import GIB, Slots
from hpo.steward import Steward

RAY_FOLDER = "ray"
MANY = 10**6


def run_on_ray(
    search: Search,
    steward: Steward,
    slots: Slots,
    job_of: Callable[[Proposal], TrialJob],
    storage: Path,
) -> None:
    """Run the search's trials until it is finished, or the sweep is to be left.

    Args:
        slots: What one trial occupies; their number is the most at once, the cluster's size decides from moment to
            moment.
        job_of: Makes the full description of a training out of a proposal.
        storage: Folder for Ray Tune's own bookkeeping.

    Raises:
        HpoError: What the search, the ledger or the steward could not bear.
    """
    from ray import tune  # noqa: PLC0415  # after ray_runtime has put the settings in place

    from hpo.execution.actor import TrialActor  # noqa: PLC0415
    from hpo.execution.adapter import ClusterSlots, SchedulerAdapter, SearchAdapter, UserStop  # noqa: PLC0415
    from hpo.execution.watch import Watch  # noqa: PLC0415

    resources = {"cpu": float(slots.cpus), "gpu": slots.gpu}
    if slots.memory_gib is not None:
        resources["memory"] = slots.memory_gib * GIB
    count = ClusterSlots(lambda found: min(slots.count or MANY, slots.fitting(machine_of(found))))
    tuner = tune.Tuner(
        tune.with_resources(TrialActor, resources),
        tune_config=tune.TuneConfig(
            search_alg=SearchAdapter(search, steward, count, job_of),
            scheduler=SchedulerAdapter(search, steward, Watch()),
            num_samples=-1,
            reuse_actors=True,
            trial_name_creator=lambda trial: repr(trial.config["job"]),
            trial_dirname_creator=lambda trial: repr(trial.config["job"]),
        ),
        run_config=tune.RunConfig(
            name=RAY_FOLDER,
            storage_path=str(storage.resolve()),
            stop=UserStop(search, steward),
            verbose=0,
            failure_config=tune.FailureConfig(max_failures=0),
        ),
    )
    try:
        tuner.fit()
    except tune.TuneError as error:
        raise _ours(error) from error
    finally:
        shutil.rmtree(storage / RAY_FOLDER, ignore_errors=True)  # nothing in it that the ledger lacks


def _ours(error: BaseException) -> BaseException:
    """What one of ours raised inside Ray Tune's loop, which wraps it; else the error itself."""
    inner: BaseException | None = error
    while inner is not None and not isinstance(inner, HpoError):
        inner = inner.__cause__ or inner.__context__
    return inner or error
