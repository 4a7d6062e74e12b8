"""What comes between a person and an open page: sweeps of others, a session that ends, a file that does not come."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from hpo.ledger import Inbox, open_engine
from hpo.results import Place
from tests.browser.visiting import Visit
from tests.dashboards.service.serving import Server
from tests.dashboards.sweeps import driven, made_sweep

pytestmark = pytest.mark.browser

WHEN = (
    "+space.train.warmup_fraction.when={train.lr_schedule: [linear, cosine]}",
    "+space.train.weight_decay.when={train.lr_schedule: constant}",
)
PATIENCE_MS = 30_000
ASKS_AGAIN_MS = 3_000  # A figure that failed is asked for again in less.


@pytest.fixture(scope="module", autouse=True)
def patience() -> None:
    expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    place = Place(Path(tmp_path_factory.mktemp("outputs")))
    for name in ("first", "second"):
        made_sweep(place, name, trials=3, points=3, confirmed=False)
    made_sweep(place, "when", trials=1, points=3, confirmed=False, overrides=WHEN)
    return place


@pytest.fixture(scope="module")
def server(place: Place) -> Iterator[Server]:
    with driven(place, "first"), Server(place.output_dir) as server:
        yield server


@pytest.fixture
def opened(server: Server, visiting: Callable[..., Visit]) -> Callable[[str], tuple[Visit, Page]]:
    def opened(path: str) -> tuple[Visit, Page]:
        visit = visiting()
        page = visit.page(server.link)
        page.goto(f"{server.address}{path}")
        return visit, page

    return opened


def test_the_boxes_of_a_list_are_those_of_its_rows_as_sweeps_come(
    opened: Callable[[str], tuple[Visit, Page]], place: Place
) -> None:
    _, page = opened("/?sort=name&dir=up")
    second = page.get_by_role("checkbox", name="Compare second")
    before = second.get_attribute("id")
    made_sweep(place, "a-new-one", trials=1, points=2, confirmed=False)
    expect(page.get_by_role("row").filter(has_text="a-new-one")).to_be_visible()
    assert second.get_attribute("id") != before
    for row in page.locator("tbody tr").all():
        assert row.locator("[data-pick]").get_attribute("value") == row.locator("th").inner_text()
    page.get_by_role("checkbox", name="Compare first").check()
    second.check()
    made_sweep(place, "another-new-one", trials=1, points=2, confirmed=False)
    page.wait_for_timeout(5000)  # The list refreshes itself more often.
    page.get_by_role("button", name="Compare two").click()
    expect(page).to_have_url(f"{page.url.split('/compare')[0]}/compare?sweep=first&sweep=second")


def test_a_clone_is_of_what_was_changed_alone(opened: Callable[[str], tuple[Visit, Page]], place: Place) -> None:
    """So that what loses its condition by it need not be emptied by hand."""
    _, page = opened("/sweeps/when/trials/0")
    page.get_by_role("button", name="Clone…").click()
    dialog = page.locator("dialog[open]")
    dialog.get_by_label("train.lr_schedule").select_option('"constant"')
    dialog.get_by_role("button", name="Clone", exact=True).click()
    expect(dialog.locator("[data-answer]")).to_be_visible()
    (request,) = Inbox(open_engine(place.ledger_url), "when").waiting()
    params = request.payload["params"]
    assert (params["train.lr_schedule"], params["train.weight_decay"]) == ("constant", 0.01)
    assert "train.warmup_fraction" not in params


def test_a_submission_that_was_cancelled_can_be_made_again(opened: Callable[[str], tuple[Visit, Page]]) -> None:
    _, page = opened("/submit")
    keys: list[str | None] = []
    job = {"id": 1, "name": "gone", "state": "waiting", "position": 0}

    def begin(route: Route) -> None:
        if route.request.method != "POST":
            route.continue_()
            return
        keys.append(route.request.headers.get("idempotency-key"))
        route.fulfill(status=202, content_type="application/json", body=json.dumps(job))

    gone = json.dumps({**job, "state": "cancelled", "position": None})
    page.route("**/api/v1/sweeps*", begin)
    page.route("**/api/v1/submissions/1", lambda route: route.fulfill(content_type="application/json", body=gone))
    for _ in range(2):
        page.get_by_role("button", name="Start").click()
        page.get_by_role("dialog").get_by_role("button", name="Start").click()
        expect(page.get_by_text("It was taken out of the queue.")).to_be_visible()
        expect(page.locator("#begin")).to_be_enabled()
    assert len(set(keys)) == len(keys) == 2


def test_who_is_logged_out_is_led_to_the_login_as_a_whole_page(opened: Callable[[str], tuple[Visit, Page]]) -> None:
    visit, page = opened("/")
    with visit.expecting("401"):
        visit.context.clear_cookies()
        expect(page).to_have_url(f"{page.url.rstrip('/')}/login")
        expect(page.get_by_label("Token")).to_be_visible()


def test_a_sweeps_page_that_nobody_touches_is_led_there_too(opened: Callable[[str], tuple[Visit, Page]]) -> None:
    visit, page = opened("/sweeps/second")  # Nobody drives it: the page asks now and then whether somebody does.
    with page.expect_response("**/sweeps/second/head", timeout=60_000):
        pass
    with visit.expecting("401", "[object Event]"):
        visit.context.clear_cookies()
        expect(page.get_by_label("Token")).to_be_visible(timeout=60_000)


def test_figures_do_not_ask_again_and_again_without_a_session(opened: Callable[[str], tuple[Visit, Page]]) -> None:
    visit, page = opened("/sweeps/first")
    expect(page.locator("[data-chart*=history] .main-svg").first).to_be_visible()
    asked: list[str] = []
    with visit.expecting("401", "[object Event]"):
        visit.context.clear_cookies()
        page.on("request", lambda request: asked.append(request.url))
        page.evaluate("hpo.charts.refresh()")
        expect(page.locator("[data-chart*=history] .chart-note")).to_have_text("The session has ended: log in again.")
        page.wait_for_timeout(2 * ASKS_AGAIN_MS)
        assert len([url for url in asked if url.endswith("history.json")]) == 1


def test_what_draws_the_figures_is_asked_for_again_when_it_did_not_come(
    server: Server, visiting: Callable[..., Visit]
) -> None:
    visit = visiting()
    page = visit.page(server.link)
    failed: list[str] = []

    def once(route: Route) -> None:
        if failed:
            route.continue_()
            return
        failed.append(route.request.url)
        route.abort()

    page.route("**/*plotly*.js*", once)
    with visit.expecting("net::ERR_"):
        page.goto(f"{server.address}/sweeps/second")
        expect(page.locator("[data-chart*=history] .main-svg").first).to_be_visible()
    assert failed
