"""What tests and benches do with a page of the service."""

from __future__ import annotations

from playwright.sync_api import Page

# Every figure is drawn, or says why it is not.
DRAWN = """() => [...document.querySelectorAll("[data-chart]")].every((chart) =>
    chart.querySelector(".main-svg") || chart.querySelector(".chart-note").textContent != "Loading…")"""


def unfold(page: Page) -> None:
    """Open what is folded and make the window as high as the page, so that all figures are seen; wait for them."""
    for folded in page.locator("main details").all():
        folded.evaluate("details => (details.open = true)")
    size = page.viewport_size
    assert size is not None
    page.set_viewport_size({"width": size["width"], "height": page.evaluate("document.documentElement.scrollHeight")})
    page.wait_for_function(DRAWN)
