"""optuna-dashboard on a sweep's ledger, as a browser shows it."""

import re
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from dashboards.commands import optuna
from hpo.results import Place
from tests.dashboards.sweeps import made_sweep

pytestmark = pytest.mark.browser


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    place = Place(tmp_path)
    made_sweep(place, "seen", trials=5, points=3)
    server = optuna.serving(place.ledger_url, 0)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_it_opens_and_shows_the_study(address: str, browser: Browser) -> None:
    page = browser.new_page()
    page.goto(address)
    page.get_by_text("seen").first.click()
    expect(page).to_have_url(re.compile(r"/studies/\d+"))
    expect(page.locator(".js-plotly-plot").first).to_be_visible(timeout=30_000)
    page.close()
