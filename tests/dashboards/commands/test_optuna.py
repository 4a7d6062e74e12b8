import re
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from rich.console import Console

from dashboards.commands import optuna
from hpo.errors import InputError
from hpo.results import Place, Reader
from tests.dashboards.sweeps import made_sweep


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    place = Place(tmp_path_factory.mktemp("optuna"))
    made_sweep(place, "seen", trials=5, points=3)
    return place


@pytest.fixture(scope="module")
def address(place: Place) -> Iterator[str]:
    server = optuna.serving(place.ledger_url, 0)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def study_id(address: str) -> int:
    studies = httpx.get(f"{address}/api/studies", trust_env=False).json()["study_summaries"]
    return next(study["study_id"] for study in studies if study["study_name"] == "seen")


def test_it_has_the_trials_of_the_ledger(address: str, place: Place) -> None:
    study = httpx.get(f"{address}/api/studies/{study_id(address)}", trust_env=False).json()
    records = Reader(place, "seen").look().records
    assert [trial["number"] for trial in study["trials"]] == [record.number for record in records]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("DELETE", "/api/studies/{study}", None),
        ("POST", "/api/studies/{study}/rename", {"study_name": "other"}),
        ("POST", "/api/trials/1/tell", {"state": "Fail"}),
        ("PUT", "/api/studies/{study}/note", {"body": "hello", "version": 1}),
    ],
)
def test_nothing_can_be_changed(address: str, place: Place, method: str, path: str, body: object) -> None:
    answer = httpx.request(method, address + path.format(study=study_id(address)), json=body, trust_env=False)
    assert (answer.status_code, answer.json()["reason"]) == (403, "this is to look at alone; change sweeps with hpo")
    assert place.names() == ["seen"]


def test_a_web_site_cannot_read_it_under_its_own_name(address: str) -> None:
    answer = httpx.get(f"{address}/api/studies", headers={"host": "elsewhere.example:8081"}, trust_env=False)
    assert answer.status_code == 421


def test_without_a_sweep_there_is_nothing_to_see(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=re.escape("--output-dir: no sweep in")):
        optuna.run(["--output-dir", str(tmp_path)], Console())


def test_a_port_that_is_taken_is_told(address: str, place: Place) -> None:
    port = address.rpartition(":")[2]
    with pytest.raises(InputError, match=rf"--port: cannot listen at 127\.0\.0\.1:{port}"):
        optuna.run(["--output-dir", str(place.output_dir), "--port", port], Console())
