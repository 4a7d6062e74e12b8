"""Runs one job of the queue, in a process of its own:  python -m dashboards.service.runs.launch QUEUE JOB MOST

It takes the job in the queue before it begins, so that whoever starts it, and however often, the job is begun once; and
it writes the exit code, which no server that was restarted could learn.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from dashboards.service.runs.jobs import Jobs
from hpo.birth import birth_of


def main(queue: str, job: str, most: str) -> int:
    """Take the job and run it to its end; nothing where another process has it.

    It imports little: it is there as long as the sweep is.
    """
    jobs, number = Jobs(Path(queue)), int(job)
    if not jobs.claim(number, os.getpid(), birth_of(os.getpid()), int(most)):
        return 0
    found = jobs.find(number)
    assert found is not None  # It was just taken.
    code = subprocess.call([sys.executable, "-m", "hpo", *found.arguments])
    jobs.end(number, code)
    return code


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
