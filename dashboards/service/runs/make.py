"""The queue that a server was told to have."""

from __future__ import annotations

from dashboards.service.runs.cluster import ClusterRunner
from dashboards.service.runs.jobs import Jobs
from dashboards.service.runs.local import LocalRunner
from dashboards.service.runs.queue import FILE, Queue
from dashboards.service.runs.runner import Runner
from dashboards.service.settings import Settings
from hpo.control import RayJobs


def queue_of(settings: Settings) -> Queue:
    """Local processes, or jobs of a Ray cluster."""
    jobs, place, most = Jobs(settings.folder / FILE), settings.place, settings.max_sweeps
    runner: Runner = LocalRunner(jobs, place, most)
    if settings.ray_jobs is not None:
        runner = ClusterRunner(jobs, place, most, RayJobs(settings.ray_jobs))
    return Queue(jobs, runner, place, most)
