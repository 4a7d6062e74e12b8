"""Runs jobs as processes of this machine, which outlive the server."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import psutil

from dashboards.service.runs.jobs import Job, Jobs
from dashboards.service.runs.runner import Standing
from hpo.birth import birth_of
from hpo.control import start
from hpo.results import Place

LOGS = "logs"
LAUNCH = "dashboards.service.runs.launch"
TAIL_BYTES = 4000


class LocalRunner:
    """A process a job. It takes the job in the queue by itself, so that it is begun once whoever starts it."""

    def __init__(self, jobs: Jobs, place: Place, most: int) -> None:
        self._jobs, self._place, self._most = jobs, place, most
        self._launching: dict[int, subprocess.Popen[bytes]] = {}

    def begin(self, job: Job) -> None:
        """Start its process, unless one is just about to take it."""
        before = self._launching.get(job.id)
        if before is not None and before.poll() is None:
            return
        runner = (sys.executable, "-m", LAUNCH, str(self._jobs.path), str(job.id), str(self._most))
        self._launching[job.id] = start(runner, self._place, self._log_of(job))

    def standing(self, job: Job) -> Standing:
        """Whether its process is there: the same, not another with its number."""
        self._reap()
        try:
            lives = job.pid is not None and birth_of(job.pid) == job.born_at
        except (psutil.NoSuchProcess, psutil.AccessDenied):  # The latter: another user has the number now.
            lives = False
        return Standing.GOING if lives else Standing.GONE

    def said(self, job: Job) -> str:
        """The end of what its command printed."""
        path = self._log_of(job)
        if not path.is_file():
            return ""
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - TAIL_BYTES))
            return file.read().decode(errors="replace")

    def _reap(self) -> None:
        self._launching = {job: process for job, process in self._launching.items() if process.poll() is None}

    def _log_of(self, job: Job) -> Path:
        return self._jobs.path.parent / LOGS / f"{job.id}.log"
