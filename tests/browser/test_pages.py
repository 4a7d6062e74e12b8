"""Each page as it looks: in light and dark, on a desk and on a phone, for those who see it and those who hear it."""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Browser, Page, StorageState, expect

from dashboards.report import write_report
from hpo.results import Place, Reader
from tests.browser.pages import unfold
from tests.browser.visiting import Visit
from tests.dashboards.service.serving import Server
from tests.dashboards.sweeps import driven, made_sweep

pytestmark = pytest.mark.browser

KEPT = "HPO_SCREENSHOTS"  # Names the folder for pictures of all pages.
DESK, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 844}
VIEWS: dict[str, dict[str, Any]] = {
    f"{scheme}-{size}": {"color_scheme": scheme, "viewport": viewport}
    for scheme in ("light", "dark")
    for size, viewport in (("desktop", DESK), ("phone", PHONE))
}
HEARD = ("light-desktop", "dark-phone")  # What axe finds besides colours does not change with them.
PAGES = {
    "sweeps": "/",
    "sweep": "/sweeps/intent-cosine",
    "live": "/sweeps/running-now",
    "trial": "/sweeps/intent-cosine/trials/7",
    "report": "/sweeps/intent-cosine/report",
    "compare": "/compare?sweep=intent-small&sweep=intent-cosine",
    "submit": "/submit",
    "api": "/api/v1/docs",
    "missing": "/sweeps/none",
    "nothing": "/?q=zzz",
    "login": "/login?failed=401",
}
NEWS = "() => { const head = document.getElementById('head'); if (head) head.innerHTML = head.innerHTML; }"
COLORS = 192  # Of a picture that is kept.


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Sweeps that ended, one whose driver is gone, one that this process drives."""
    place = Place(tmp_path_factory.mktemp("outputs"))
    runs = {"mlflow_experiment_id": "1", "mlflow_run_id": "4f2a"}
    made_sweep(place, "intent-small", trials=8, points=5, seed=2)
    made_sweep(place, "intent-cosine", trials=40, points=10, slots=4, seed=1, about=runs)
    made_sweep(place, "running-now", trials=14, points=10, running=3, slots=4, about=runs)
    write_report(Reader(place, "intent-cosine").look())
    made_sweep(place, "left-alone", trials=4, points=5, running=1)
    with driven(place, "running-now"), Server(place.output_dir, "--mlflow-url", "http://127.0.0.1:5000") as server:
        yield server


@pytest.fixture(scope="module")
def session(browser: Browser, server: Server) -> StorageState:
    """The cookie of one who has followed the link."""
    context = browser.new_context()
    context.new_page().goto(server.link)
    state = context.storage_state()
    context.close()
    return state


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the pictures go."""
    folder = Path(os.environ.get(KEPT) or tmp_path_factory.mktemp("pictures"))
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("name", PAGES)
def test_a_page(
    server: Server, session: StorageState, visiting: Callable[..., Visit], pictures: Path, name: str, view: str
) -> None:
    visit = visiting(**VIEWS[view], storage_state=session, reduced_motion="reduce")
    with visit.expecting(*(("404",) if name == "missing" else ())):
        page = visit.page(f"{server.address}{PAGES[name]}")
        unfold(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    with Image.open(io.BytesIO(page.screenshot(full_page=True))) as picture:
        small = picture.convert("RGB").quantize(COLORS, dither=Image.Dither.NONE)
        small.save(pictures / f"{name}-{view}.png", optimize=True)
    if view in HEARD:
        assert _heard(page) == []


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("running-now", "stop"),
        ("running-now", "extend"),
        ("running-now", "enqueue"),
        ("left-alone", "resume"),
        ("running-now/trials/11", "stop"),
        ("running-now/trials/11", "clone"),
    ],
)
def test_a_dialog(server: Server, visiting: Callable[..., Visit], path: str, name: str) -> None:
    page = visiting(**VIEWS["dark-desktop"]).page(server.link.replace("/?", f"/sweeps/{path}?"))
    page.locator(f"[data-open={name}]").click()
    dialog = page.locator(f"dialog#{name}[open]")
    assert dialog.evaluate("dialog => dialog.contains(document.activeElement)")
    assert _heard(page) == []
    page.evaluate(NEWS)
    page.keyboard.press("Escape")
    dialog.wait_for(state="hidden")
    expect(page.locator(f"[data-open={name}]")).to_be_focused()  # Where the person was before.


def _heard(page: Page) -> list[tuple[str, str, str]]:
    """What would shut people out: rule, impact, and the first element that breaks it."""
    found = Axe().run(page).response["violations"]
    return [(rule["id"], rule["impact"], rule["nodes"][0]["html"]) for rule in found]
