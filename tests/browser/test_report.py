"""The report as a browser shows it: nothing is fetched, nothing goes wrong, everyone can read it, it prints."""

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from dashboards.report import write_report
from hpo.results import Place, Reader
from tests.dashboards.sweeps import made_sweep

pytestmark = pytest.mark.browser
SIZES = {"desktop": {"width": 1200, "height": 900}, "phone": {"width": 390, "height": 844}}


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    place = Place(tmp_path_factory.mktemp("outputs"))
    made_sweep(place, "shown", trials=40, points=8, two_aims=True, stopping=False)
    return write_report(Reader(place, "shown").look()).as_uri()


def opened(page: Page, address: str) -> Page:
    page.goto(address)
    page.wait_for_selector("html[data-drawn]")
    return page


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_it_draws_everything_and_fetches_nothing(browser: Browser, address: str, scheme: str, size: str) -> None:
    context = browser.new_context(viewport=SIZES[size], color_scheme=scheme)  # type: ignore[arg-type]
    page, asked, said = context.new_page(), list[str](), list[str]()
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    opened(page, address)
    assert asked == [address]
    assert said == []
    drawn = page.locator(".plot svg.main-svg:first-of-type")
    assert drawn.count() >= page.locator(".plot").count() > 10
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    surface = page.evaluate("getComputedStyle(document.body).backgroundColor")
    ink = page.evaluate("getComputedStyle(document.querySelector('.plot .legendtext')).fill")
    assert (surface, ink) == {
        "light": ("rgb(255, 255, 255)", "rgb(28, 32, 38)"),
        "dark": ("rgb(20, 23, 28)", "rgb(231, 233, 237)"),
    }[scheme]
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(browser: Browser, address: str, scheme: str) -> None:
    context = browser.new_context(color_scheme=scheme, bypass_csp=True)  # type: ignore[arg-type]  # Axe is put into it.
    found = Axe().run(opened(context.new_page(), address)).response["violations"]
    assert [(rule["id"], rule["impact"], rule["nodes"][0]["html"]) for rule in found] == []
    context.close()


def test_on_paper_it_is_light_and_all_is_open(browser: Browser, address: str, tmp_path: Path) -> None:
    page = browser.new_page(color_scheme="dark")
    opened(page, address).evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert page.locator("details:not([open])").count() == 0
    assert page.evaluate("Math.max(...[...document.querySelectorAll('.plot')].map(p => p._fullLayout.width))") == 640
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert page.locator("details[open]").count() == 0
    page.pdf(path=tmp_path / "report.pdf")
    assert (tmp_path / "report.pdf").stat().st_size > 50_000
    page.close()
