"""A submission is begun once and never lost, whoever is killed when."""

import os
import subprocess
import sys
import threading
from pathlib import Path

import psutil
import pytest

from dashboards.service.runs.jobs import FullError, Job, Jobs, JobState, TakenError
from dashboards.service.runs.make import queue_of
from dashboards.service.runs.queue import MOST_BEGUN, Queue
from dashboards.service.runs.runner import Standing
from dashboards.service.settings import Settings
from hpo.birth import birth_of
from hpo.results import Place
from tests.waiting import wait_for

BAD = ("resume", "nobody")  # Of which `hpo` makes exit code 2, soon.


@pytest.fixture
def jobs(tmp_path: Path) -> Jobs:
    return Jobs(tmp_path / "service" / "queue.db")


@pytest.fixture
def queue(tmp_path: Path) -> Queue:
    return made(tmp_path)


def made(folder: Path) -> Queue:
    """As a server has it."""
    return queue_of(Settings(place=Place(folder), token=""))


class Nobody:
    """A runner whose processes are dead before they can take a job."""

    def begin(self, job: Job) -> None:
        """Nothing comes of it."""

    def standing(self, job: Job) -> Standing:
        return Standing.GONE

    def said(self, job: Job) -> str:
        return ""


def me() -> tuple[int, str]:
    return os.getpid(), birth_of(os.getpid())


def dead() -> tuple[int, str]:
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    born_at = birth_of(process.pid)
    process.communicate(b"\n")
    return process.pid, born_at


def test_the_same_key_is_one_job(jobs: Jobs) -> None:
    first = jobs.add("a", ["sweep"], "asked", "key")
    assert jobs.add("a", ["sweep"], "asked", "key") == first
    assert jobs.by_key("key") == first
    assert jobs.page(0, 10) == ([first], 1)


def test_a_sweep_has_one_job_at_a_time(jobs: Jobs) -> None:
    job = jobs.add("a", ["sweep"], "")
    with pytest.raises(TakenError):
        jobs.add("a", ["resume"], "")
    assert jobs.cancel(job.id)
    assert not jobs.cancel(job.id)
    assert jobs.add("a", ["resume"], "").state is JobState.WAITING


def test_so_many_wait_and_no_more(jobs: Jobs) -> None:
    jobs.add("a", ["sweep"], "", most=1)
    with pytest.raises(FullError):
        jobs.add("b", ["sweep"], "", most=1)


def test_of_many_who_take_a_job_one_gets_it(jobs: Jobs) -> None:
    job = jobs.add("a", ["sweep"], "")
    got: list[bool] = []
    threads = [threading.Thread(target=lambda: got.append(Jobs(jobs.path).claim(job.id, *me(), 9))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(got) == [False] * 7 + [True]


def test_no_more_run_at_once_than_are_allowed(jobs: Jobs) -> None:
    first, second = (jobs.add(name, ["sweep"], "") for name in "ab")
    assert jobs.claim(first.id, *me(), 1)
    assert not jobs.claim(second.id, *me(), 1)
    jobs.end(first.id, 0)
    assert jobs.claim(second.id, *me(), 1)


def test_a_job_whose_process_was_killed_before_its_sweep_began_is_begun_again(tmp_path: Path, jobs: Jobs) -> None:
    queue = Queue(jobs, Nobody(), Place(tmp_path), 1)
    job = queue.jobs.add("a", ("sweep",), "")
    for _ in range(MOST_BEGUN):
        assert queue.jobs.claim(job.id, *dead(), 1)
        queue.tick()
    ended = queue.jobs.find(job.id)
    assert ended is not None
    assert (ended.state, ended.code, ended.begun) == (JobState.ENDED, None, MOST_BEGUN)


def test_a_job_whose_process_lives_is_left_alone(queue: Queue) -> None:
    job = queue.jobs.add("a", BAD, "")
    assert queue.jobs.claim(job.id, *me(), 1)
    queue.tick()
    assert [running.id for running in queue.jobs.running()] == [job.id]


def test_a_step_of_the_clock_ends_no_job(queue: Queue, monkeypatch: pytest.MonkeyPatch) -> None:
    job = queue.jobs.add("a", ("sweep",), "")
    assert queue.jobs.claim(job.id, *me(), 1)
    booted_at = psutil.boot_time()
    system = sys.modules[type(psutil.Process()._proc).__module__]
    monkeypatch.setattr(system, "boot_time", lambda: booted_at + 10)  # As Linux has it when the clock is set forward.
    queue.tick()
    assert [running.id for running in queue.jobs.running()] == [job.id]


def test_another_process_with_the_number_is_another(queue: Queue) -> None:
    job = queue.jobs.add("a", ("resume", "a"), "")
    pid, _ = me()
    assert queue.jobs.claim(job.id, pid, dead()[1], 1)
    queue.tick()
    assert queue.jobs.running() == []


def test_a_resumed_sweep_whose_process_was_killed_is_not_begun_again(queue: Queue) -> None:
    job = queue.jobs.add("a", ("resume", "a"), "")
    assert queue.jobs.claim(job.id, *dead(), 1)
    queue.tick()
    assert queue.jobs.waiting() == queue.jobs.running() == []


def test_two_servers_begin_a_job_once_and_what_came_of_it_is_known(tmp_path: Path, queue: Queue) -> None:
    other = made(tmp_path)
    job = queue.jobs.add("a", BAD, "")
    queue.tick()
    other.tick()

    def ended() -> bool:
        queue.tick()
        other.tick()
        found = queue.jobs.find(job.id)
        return found is not None and found.state is JobState.ENDED

    wait_for(ended, "the end of the job")
    found = queue.jobs.find(job.id)
    assert found is not None
    assert (found.code, found.begun) == (2, 1)
    assert queue.said(found).count("nothing was started") == 1
