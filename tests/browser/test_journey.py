"""A person's way: from an empty page to the same value in MLflow; in the middle the server is killed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from hpo.control import driver_at, stop
from hpo.results import Cause, Place, Reader, State
from tests.browser.conftest import MlflowUi
from tests.browser.visiting import NO_ANSWER, Visit
from tests.dashboards.service.serving import Server
from tests.hpo.tracking.servers import free_port

pytestmark = [pytest.mark.browser, pytest.mark.e2e]

NAME = "journey"
TRIALS, EPOCHS = 2, 10
STOPPED = 1  # The second trial.
OVERRIDES = {"train.epochs": EPOCHS, "slots.count": 1, "confirm.top_k": 0}
PATIENCE_MS = 120_000


@pytest.fixture
def mlflow_port() -> int:
    return free_port()


@pytest.fixture
def server(tmp_path: Path, mlflow_port: int) -> Iterator[Server]:
    """`hpo serve` on an empty folder; a sweep that a failed test leaves behind is stopped."""
    place = Place(tmp_path / "outputs")
    try:
        with Server(place.output_dir, "--mlflow-url", f"http://127.0.0.1:{mlflow_port}") as server:
            yield server
    finally:
        if NAME in place.names() and driver_at(place, NAME):
            stop(place, NAME, 30)


def test_from_an_empty_page_to_the_value_in_mlflow(
    server: Server, mlflow_port: int, visiting: Callable[..., Visit]
) -> None:
    expect.set_options(timeout=PATIENCE_MS)
    visit = visiting(viewport={"width": 1280, "height": 900})
    page = visit.page(server.link)
    expect(page).to_have_url(f"{server.address}/")  # The token left the address line.
    page.get_by_role("link", name="Submit the first sweep").click()
    _submit(visit, page)
    page.evaluate("window.neverReloaded = true")
    _watch_it_begin(page)
    with MlflowUi(server.folder, mlflow_port) as mlflow:  # It is there when it is needed.
        _ask_for_more(page)
        _stop_a_trial(visit, page, STOPPED)
        with visit.expecting(*NO_ANSWER):
            server.kill()
            expect(page.get_by_text("The connection to the server is lost")).to_be_visible()
            server.start()
            expect(page.locator("#lost")).to_be_hidden()
        expect(page.locator("#head .state-pill")).to_have_text("finished")
        assert page.evaluate("window.neverReloaded")
        look = Reader(Place(server.folder), NAME).look()
        assert len(look.records) == TRIALS + 2  # One was enqueued, one came by extending.
        assert [record.number for record in look.records if record.cause is Cause.STOPPED_BY_USER] == [STOPPED]
        assert all(r.state is State.COMPLETE for r in look.records if r.number != STOPPED)
        assert all(len(record.attempts) == 1 for record in look.records)  # The sweep never noticed.
        best = look.status.best
        assert best is not None
        assert best.value is not None
        _read_the_report(page, f"{best.value:.4g}")
        page.locator("#tiles").get_by_role("link", name=f"trial {best.number}", exact=True).click()
        expect(page.get_by_text("the best of its sweep")).to_be_visible()
        value = page.locator("#tiles .tile-value").first.get_attribute("title")
        assert value == repr(best.value)
        mlflow.answering()
        with visit.expecting("mlflow/users/current"):  # It asks who is there; without accounts it is nobody.
            _actions(page, "MLflow").click()
            assert page.url.startswith(mlflow.address)
            expect(page.get_by_role("row").filter(has_text="best/accuracy").first).to_contain_text(value)
    page.goto(f"{server.address}/sweeps/{NAME}/trials/{best.number}")
    _clone_and_resume(page)
    *_, clone = Reader(Place(server.folder), NAME).look().records
    assert (clone.number, clone.parent, clone.state) == (TRIALS + 2, best.number, State.COMPLETE)
    assert clone.params["train.learning_rate"] == 0.002
    assert {**clone.params, "train.learning_rate": 0} == {**best.params, "train.learning_rate": 0}


def _submit(visit: Visit, page: Page) -> None:
    """Fill in the form: at first with a mistake, which is shown where it was made."""
    expect(page.get_by_label("Preset")).to_have_value("smoke")
    page.get_by_label("Name").fill(NAME)
    page.get_by_label("scheduler").select_option("fifo")
    for key, value in OVERRIDES.items():
        row = page.locator("#overrides .override").last
        row.get_by_label("Key").fill(key)
        row.get_by_label("Value").fill(str(value))
        page.get_by_role("button", name="Add one").click()
    trials = page.get_by_label("trials", exact=True)
    trials.fill("zero")
    with visit.expecting("422"):
        page.get_by_role("button", name="See the plan").click()
        expect(trials).to_have_attribute("aria-invalid", "true")
    expect(page.locator("[data-field='sweep.trials'] .error")).to_be_visible()
    trials.fill(str(TRIALS))
    page.get_by_role("button", name="See the plan").click()
    plan = page.locator("#plan")
    expect(plan).to_contain_text(f"{TRIALS} of at most {EPOCHS} epochs")
    expect(plan).to_contain_text("train.learning_rate")
    page.get_by_role("button", name="Start").click()
    asked = page.get_by_role("dialog", name="Start this sweep?")
    expect(asked).to_contain_text(f"sweep.name={NAME}")
    asked.get_by_role("button", name="Start").click()
    expect(page).to_have_url(re.compile(f"/sweeps/{NAME}$"))


def _watch_it_begin(page: Page) -> None:
    """A trial runs, then it has a value and a curve, and nobody reloads."""
    expect(page.locator("#head .state-pill")).to_have_text("running")
    expect(page.locator("#trials tbody tr")).to_have_count(1)
    expect(page.locator("#tiles .legend")).to_contain_text("running 1")
    expect(page.locator("#tiles")).not_to_contain_text("no trial has a value yet")
    expect(page.locator("#curves-title ~ .finding")).not_to_be_empty()


def _ask_for_more(page: Page) -> None:
    """One configuration by hand, and one trial more for the sampler."""
    asked = _dialog(page, "Enqueue…")
    asked.get_by_label("train.learning_rate").fill("0.004")
    _answered(asked, "Enqueue")
    asked = _dialog(page, "Extend…")
    asked.get_by_label("More trials").fill("1")
    _answered(asked, "Extend")
    expect(page.locator("#tiles")).to_contain_text(f"of {TRIALS + 2} trials")


def _stop_a_trial(visit: Visit, page: Page, number: int) -> None:
    """As soon as it has begun, on its own page."""
    link = page.locator(f"#trials tbody tr:has(.state-running) #trial-{number}")
    trial = visit.page(page.url.replace(f"/sweeps/{NAME}", str(link.get_attribute("href"))))
    _answered(_dialog(trial, "Stop…"), "Stop the trial")
    expect(trial.locator("#state")).to_contain_text("failed · stopped by user")
    trial.close()
    expect(page.locator("#tiles .legend")).to_contain_text("failed 1")


def _clone_and_resume(page: Page) -> None:
    """A finished sweep trains one configuration more, which waits until somebody resumes it."""
    asked = _dialog(page, "Clone…")
    asked.get_by_label("train.learning_rate").fill("0.002")
    _answered(asked, "Clone")
    page.locator(".crumbs").get_by_role("link", name=NAME).click()
    expect(page.locator("#head")).to_contain_text("1 request waiting for a driver")
    _answered(_dialog(page, "Resume…"), "Resume")
    expect(page.locator("#trials tbody tr")).to_have_count(TRIALS + 3)
    expect(page.locator("#head .state-pill")).to_have_text("finished")


def _read_the_report(page: Page, value: str) -> None:
    _actions(page, "Report").click()
    page.wait_for_selector("html[data-drawn]")
    expect(page.get_by_text(value).first).to_be_visible()
    page.go_back()


def _actions(page: Page, name: str) -> Locator:
    return page.locator(".headline .actions").get_by_role("link", name=name)


def _dialog(page: Page, button: str) -> Locator:
    page.get_by_role("button", name=button, exact=True).click()
    return page.locator("dialog[open]")


def _answered(asked: Locator, button: str) -> None:
    """Press the button, read that it was done, and close."""
    asked.get_by_role("button", name=button, exact=True).click()
    expect(asked.locator("[data-answer]")).to_be_visible()
    asked.get_by_role("button", name="Close").click()
