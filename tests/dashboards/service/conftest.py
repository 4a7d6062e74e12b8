"""One service over an output folder with two sweeps that nobody ran."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from dashboards.service.app import create_app
from dashboards.service.settings import Settings
from hpo.results import Place
from tests.dashboards.sweeps import LISTS, made_sweep

TOKEN = "t0ken-of-the-tests-with-more-than-enough-signs"
BASE = "http://127.0.0.1:8080"
BEARER = {"Authorization": f"Bearer {TOKEN}"}


@pytest.fixture(scope="package")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the service may read of: `data` is open to submissions, `closed.csv` is not."""
    folder = tmp_path_factory.mktemp("service")
    (folder / "data").mkdir()
    (folder / "data" / "rows.csv").write_text("text,label\n" + "good,a\nbad,b\n" * 30)
    (folder / "closed.csv").write_text("text,label\nsecret,a\n")
    (folder / "data" / "way-out.csv").symlink_to(folder / "closed.csv")
    return folder


@pytest.fixture(scope="package")
def settings(folder: Path) -> Settings:
    place = Place(folder / "outputs")
    made_sweep(place, "made", trials=6, points=3)
    made_sweep(place, "half", trials=4, points=3, running=2)
    made_sweep(place, "lists", trials=3, points=2, running=1, overrides=LISTS)
    return Settings(place=place, token=TOKEN, data_roots=(str(folder / "data"),), answer_s=0.2)


@pytest.fixture(scope="package")
def service(settings: Settings) -> Iterator[TestClient]:
    """The whole application, its queue looked after."""
    with TestClient(create_app(settings), base_url=BASE, follow_redirects=False) as client:
        yield client


@pytest.fixture
def stranger(service: TestClient) -> Iterator[TestClient]:
    """One who knows nothing."""
    service.cookies.clear()
    yield service
    service.cookies.clear()


class Known:
    """One who knows the token."""

    def __init__(self, client: TestClient) -> None:
        self._client = client

    def get(self, path: str, **query: object):  # type: ignore[no-untyped-def]
        return self._client.get(f"/api/v1{path}", headers=BEARER, params=query)

    def post(self, path: str, body: object = None, **headers: str):  # type: ignore[no-untyped-def]
        return self._client.post(f"/api/v1{path}", headers={**BEARER, **headers}, json=body)


@pytest.fixture
def known(stranger: TestClient) -> Known:
    return Known(stranger)
