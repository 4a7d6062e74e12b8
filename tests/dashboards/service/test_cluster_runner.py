"""Jobs that a Ray cluster runs. Its job server comes with Ray's `default` extra, which the nodes of a cluster have."""

import json
import os
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from dashboards.service.runs.cluster import ClusterRunner
from dashboards.service.runs.jobs import Jobs, JobState
from dashboards.service.runs.queue import Queue
from hpo.control import RayJobs
from hpo.errors import HpoError
from hpo.results import Place
from tests.waiting import wait_for

ADDRESS = "HPO_TEST_RAY_JOBS"  # Of a real job server, as in http://127.0.0.1:8265.


@pytest.fixture
def away() -> Iterator[str]:
    """An HTTP server that is no job server."""

    class Broken(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_error(500, "broken")

        do_POST = do_GET  # noqa: N815  # the names that the class calls

        def log_message(self, *arguments: object) -> None:
            """Nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Broken) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def queue_on(address: str, folder: Path) -> Queue:
    jobs, place = Jobs(folder / "service" / "queue.db"), Place(folder)
    return Queue(jobs, ClusterRunner(jobs, place, 1, RayJobs(address)), place, 1)


@pytest.mark.parametrize("here", [True, False])
def test_a_job_waits_until_the_cluster_takes_it(tmp_path: Path, away: str, here: bool) -> None:
    queue = queue_on(away if here else "http://127.0.0.1:1", tmp_path)
    job = queue.jobs.add("a", ("sweep",), "")
    for _ in range(5):
        with pytest.raises(HpoError, match="job server"):
            queue.tick()
    found = queue.jobs.find(job.id)
    assert found is not None
    assert found.state is JobState.WAITING


@pytest.mark.parametrize("here", [True, False])
def test_what_a_job_printed_is_not_known_while_the_cluster_is_away(tmp_path: Path, away: str, here: bool) -> None:
    queue = queue_on(away if here else "http://127.0.0.1:1", tmp_path)
    said = queue.said(queue.jobs.add("a", ("sweep",), ""))
    assert said.startswith("what it printed cannot be read now: ")


def test_a_job_server_that_speaks_no_http_is_away(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=_babble, args=(server,), daemon=True).start()
        queue = queue_on(f"http://127.0.0.1:{server.getsockname()[1]}", tmp_path)
        queue.jobs.add("a", ("sweep",), "")
        with pytest.raises(HpoError, match="no job server answers"):
            queue.tick()


def _babble(server: socket.socket) -> None:
    for _ in range(2):  # It is handed the job, then asked whether it has it.
        other, _ = server.accept()
        with other:
            other.recv(1 << 16)
            other.sendall(b"not HTTP\r\n\r\n")


@pytest.mark.e2e
@pytest.mark.skipif(ADDRESS not in os.environ, reason=f"{ADDRESS} names no Ray job server")
def test_a_real_cluster_runs_a_job_once_whichever_server_hands_it_over(tmp_path: Path) -> None:
    queue, other = (queue_on(os.environ[ADDRESS], tmp_path) for _ in range(2))
    job = queue.jobs.add("nobody", ("extend", "nobody", "--trials=1"), "")
    assert queue.jobs.claim(job.id, 0, "", 1)  # As by a server that was killed before it handed the job over.

    def ended() -> bool:
        queue.tick()
        other.tick()
        return not queue.jobs.running()

    wait_for(ended, "the end of the job", poll=1.0)
    found = queue.jobs.find(job.id)
    assert found is not None
    assert (found.state, found.code, found.begun) == (JobState.ENDED, 1, 1)
    assert queue.said(found).count("no sweep called 'nobody'") == 1
    assert json.dumps(str(tmp_path))[1:-1] in queue.said(found)
