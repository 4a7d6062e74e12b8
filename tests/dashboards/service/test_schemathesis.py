"""Whatever is sent, as the description of the API allows it or not, the server answers as it says, and never breaks.

Nothing is begun: no submission may wait in this server's queue.
"""

import socket
import threading
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import schemathesis
import uvicorn
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from dashboards.service.app import create_app
from dashboards.service.settings import Settings
from hpo.results import Place
from tests.dashboards.service.conftest import BEARER, TOKEN
from tests.dashboards.sweeps import made_sweep
from tests.waiting import wait_for

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
PATIENCE_S = 150.0  # A plan that is sound is checked as a whole.
QUICK, WHOLE = 4, 110  # Calls of each operation, of which there are 19.


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real server with one sweep; its address."""
    place = Place(tmp_path_factory.mktemp("fuzzed"))
    made_sweep(place, "made", trials=3, points=2)
    app = create_app(Settings(place=place, token=TOKEN, max_waiting=0, answer_s=0.1))
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_config=None))
    thread = threading.Thread(target=server.run, args=([listening],))
    thread.start()
    wait_for(lambda: server.started, "the server")
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    server.should_exit = True
    thread.join()


def _call(base: str, data: st.DataObject, operation: Any) -> None:
    case = data.draw(operation.as_strategy())
    parameters = case.path_parameters or {}
    if "name" in parameters and data.draw(st.booleans()):  # A name at random is never that of a sweep.
        parameters["name"] = "made"
    if "trial" in parameters and data.draw(st.booleans()):
        parameters["trial"] = 1
    case.headers = {**(case.headers or {}), **BEARER}
    response = case.call(base_url=base, timeout=PATIENCE_S)
    case.validate_response(response, checks=CHECKS)


def _run(base: str, calls: int) -> int:
    """Call each operation so many times; returns how many calls that were."""
    schema = schemathesis.openapi.from_dict(httpx.get(f"{base}/api/v1/openapi.json", headers=BEARER).json())
    return sum(_fuzz(base, found.ok(), calls) for found in schema.get_all_operations())


def _fuzz(base: str, operation: Any, calls: int) -> int:
    made = 0

    @settings(
        max_examples=calls,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(data=st.data())
    def one(data: st.DataObject) -> None:
        nonlocal made
        _call(base, data, operation)
        made += 1

    one()
    return made


def test_no_call_breaks_the_server(base: str) -> None:
    assert _run(base, QUICK) > 60


@pytest.mark.slow
def test_no_call_of_two_thousand_breaks_the_server(base: str) -> None:
    assert _run(base, WHOLE) >= 2000


def test_the_queue_of_this_server_takes_nothing(base: str) -> None:
    told = httpx.post(f"{base}/api/v1/sweeps/made/resume", headers=BEARER)
    assert told.status_code == 429, told.text
