"""Runs jobs on a Ray cluster, whose job server is told each by the same name however often."""

from __future__ import annotations

from dashboards.service.runs.jobs import Job, Jobs
from dashboards.service.runs.local import TAIL_BYTES
from dashboards.service.runs.runner import Standing
from hpo.control import RayJobs, open_environment
from hpo.errors import HpoError
from hpo.results import Place

HERE = "cluster.address=auto"  # For a driver on a node of the cluster.
WITH_OVERRIDES = ("sweep", "resume")
STANDINGS = {"SUCCEEDED": Standing.DONE, "FAILED": Standing.FAILED, "STOPPED": Standing.FAILED}


class ClusterRunner:
    """A Ray job a job. The server takes it in the queue, then hands it over; killed between, it hands it over later."""

    def __init__(self, jobs: Jobs, place: Place, most: int, cluster: RayJobs) -> None:
        self._jobs, self._place, self._most, self._cluster = jobs, place, most, cluster

    def begin(self, job: Job) -> None:
        """Take it and hand it over.

        Raises:
            HpoError: The cluster does not take it; it waits on.
        """
        if not self._jobs.claim(job.id, 0, "", self._most):
            return
        try:
            self._submit(job)
        except HpoError:
            self._jobs.again(job.id)
            raise

    def standing(self, job: Job) -> Standing:
        """As the cluster says; one that it has never heard of was not handed over yet."""
        state = self._cluster.state(_name(job))
        if state is None:
            self._submit(job)
        return STANDINGS.get(state or "", Standing.GOING)

    def said(self, job: Job) -> str:
        """The end of what its command printed; while the cluster does not answer, that it does not."""
        try:
            return self._cluster.said(_name(job))[-TAIL_BYTES:]
        except HpoError as error:
            return f"what it printed cannot be read now: {error}"

    def _submit(self, job: Job) -> None:
        arguments = (*job.arguments, HERE) if job.arguments[0] in WITH_OVERRIDES else job.arguments
        self._cluster.submit(_name(job), arguments, open_environment(self._place))


def _name(job: Job) -> str:
    """Its id at the cluster, where other servers have jobs too."""
    return f"hpo-{round(job.created_at * 1000)}-{job.id}"
