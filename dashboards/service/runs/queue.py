"""Starts what waits, as many at once as are allowed, and finds out what became of it."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from dashboards.service.runs.jobs import Job, Jobs, JobState
from dashboards.service.runs.runner import Runner, Standing
from hpo.results import Place

FILE = "queue.db"
MOST_BEGUN = 3  # Times that a job is begun whose process was killed before its sweep was in the ledger.
CODES = {Standing.DONE: 0, Standing.FAILED: 1, Standing.GONE: None}


class Queue:
    """The jobs of one output folder, and who runs them.

    Attributes:
        jobs: The queue on disk.
    """

    def __init__(self, jobs: Jobs, runner: Runner, place: Place, most: int) -> None:
        """Starts nothing yet.

        Args:
            place: Of the sweeps.
            most: How many run at once.
        """
        self.jobs = jobs
        self._runner, self._place, self._most = runner, place, most
        self._lock = threading.Lock()

    def tick(self) -> None:
        """Look after the running, begin the next. To be called every second or so, from any thread.

        Raises:
            HpoError: The ledger or the cluster does not answer; what waits, waits on.
        """
        with self._lock:
            for job in self.jobs.running():
                standing = self._runner.standing(job)
                if standing is not Standing.GOING:
                    self._settle(job.id, standing)
            room = self._most - len(self.jobs.running())
            for job in self.jobs.waiting()[: max(0, room)]:
                self._runner.begin(job)

    def position(self, job: Job) -> int | None:
        """How many wait before a job; None: it does not wait."""
        if job.state is not JobState.WAITING:
            return None
        return sum(other.id < job.id for other in self.jobs.waiting())

    def submit(self, sweep: str, arguments: Sequence[str], asked: str, key: str | None = None, most: int = 100) -> Job:
        """Put a job in; it is begun at the next `tick`. See `Jobs.add`."""
        return self.jobs.add(sweep, arguments, asked, key, most)

    def lengths(self) -> tuple[int, int]:
        """How many wait, and how many run."""
        return len(self.jobs.waiting()), len(self.jobs.running())

    def said(self, job: Job) -> str:
        """The end of what a job's command printed."""
        return self._runner.said(job)

    def _settle(self, number: int, standing: Standing) -> None:
        """A job runs no more. Its process has written how it ended, or was killed."""
        job = self.jobs.find(number)
        if job is None or job.state is not JobState.RUNNING:
            return
        in_vain = standing is Standing.GONE and job.arguments[0] == "sweep" and job.sweep not in self._place.names()
        if in_vain and job.begun < MOST_BEGUN:
            self.jobs.again(number)
        else:
            self.jobs.end(number, CODES[standing])
