"""The pages over a ledger of made sweeps, with the policy that browsers are given."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI, Request, Response
from fastapi.testclient import TestClient
from starlette.exceptions import HTTPException

from dashboards.live import Watch
from dashboards.pages.errors import error_page
from dashboards.pages.maker import Maker
from dashboards.pages.router import router
from dashboards.service.settings import Settings
from hpo.errors import UnknownSweepError
from hpo.results import Place
from tests.dashboards.pages.reading import Pages
from tests.dashboards.sweeps import driven, made_sweep

HOSTILE = "<img src=x onerror=alert(1)>'\"&"
MLFLOW = "http://127.0.0.1:5000"


def pages_of(place: Place, optuna_url: str | None = None) -> Pages:
    app = FastAPI()
    app.include_router(router)
    app.state.watch = Watch(place)
    app.state.settings = Settings(place, "0" * 43, mlflow_url=MLFLOW, optuna_url=optuna_url)
    app.state.maker = Maker(place)

    async def refused(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        return error_page(request, error.status_code, str(error.detail))

    async def unknown(request: Request, error: Exception) -> Response:
        return error_page(request, 404, str(error))

    app.add_exception_handler(HTTPException, refused)
    app.add_exception_handler(UnknownSweepError, unknown)
    return Pages(TestClient(app))


@pytest.fixture(scope="session")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    place = Place(Path(tmp_path_factory.mktemp("sweeps")))
    made_sweep(place, "old", trials=6, points=4)
    made_sweep(place, "many", trials=60, points=6, seed=3, about={"mlflow_experiment_id": "7", "mlflow_run_id": "ab12"})
    made_sweep(place, "going", trials=12, points=8, running=3, slots=4)
    made_sweep(place, "left", trials=8, points=5, running=2)
    made_sweep(place, "traded", trials=20, points=5, two_aims=True, constraints=("latency_ms <= 8",))
    about = {"left_because": HOSTILE, "overrides": [f"data.prefix={HOSTILE}", "mlflow.password=opensesame"]}
    made_sweep(place, "hostile", trials=4, points=3, running=1, about={**about, "metric": "accuracy"})
    return place


@pytest.fixture(scope="session")
def pages(place: Place) -> Iterator[Pages]:
    with driven(place, "going"):
        pages = pages_of(place)
        yield pages
        pages.client.app.state.maker.close()  # type: ignore[attr-defined]


@pytest.fixture
def no_sweeps(tmp_path: Path) -> Pages:
    return pages_of(Place(tmp_path))
