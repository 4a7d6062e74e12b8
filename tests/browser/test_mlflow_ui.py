"""What a person finds in the MLflow UI: the result first, the trials inside their sweep, and the same values."""

import json
import urllib.request
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from hpo.results import best_trial
from hpo.tracking.links import TRAINING, runs_url
from tests.browser.conftest import RealSweep

pytestmark = [pytest.mark.browser, pytest.mark.e2e]
PATIENCE_MS = 60_000


class Visit:
    """A page, and what it asked of others."""

    def __init__(self, page: Page, home: str) -> None:
        self.page, self.home = page, home
        self.outside: list[str] = []
        page.set_default_timeout(PATIENCE_MS)
        page.on("request", lambda request: self._note(request.url))

    def open(self, path: str) -> Page:
        self.page.goto(path if path.startswith(self.home) else f"{self.home}/#{path}")
        return self.page

    def _note(self, url: str) -> None:
        if not url.startswith((f"{self.home}/", "data:", "blob:")):
            self.outside.append(url)


@pytest.fixture
def visit(browser: Browser, mlflow_ui: str) -> Iterator[Visit]:
    expect.set_options(timeout=PATIENCE_MS)
    page = browser.new_page(viewport={"width": 1900, "height": 1000})
    visit = Visit(page, mlflow_ui)
    yield visit
    page.close()
    assert visit.outside == []


def run_path(sweep: RealSweep, run_id: str, tab: str = "") -> str:
    return f"/experiments/{sweep.ledger.about['mlflow_experiment_id']}/runs/{run_id}{tab}?{TRAINING}"


def test_the_table_of_sweeps_has_what_matters_and_the_trials_inside(visit: Visit, real_sweep: RealSweep) -> None:
    ledger = real_sweep.ledger
    page = visit.open(runs_url(visit.home, ledger.about))
    expect(page.get_by_role("link", name="seen", exact=True)).to_be_visible()
    for column in ("best/accuracy", "epoch", "learning_rate"):
        expect(page.get_by_role("columnheader").filter(has_text=column).first).to_be_visible()
    expect(page.get_by_role("link", name="trial 0001")).to_have_count(0)
    page.get_by_role("gridcell").filter(has_text="seen").get_by_role("button").first.click()
    for record in ledger.trials():
        row = page.get_by_role("row").filter(has_text=f"trial {record.number:04d}")
        expect(row.first).to_be_visible()
    best = best_trial(ledger.trials(), maximize=True)
    assert best is not None
    assert best.value is not None
    cell = page.locator("[role=gridcell][col-id='metrics.`best/accuracy`']").filter(has_text=f"{best.value:.6g}"[:8])
    assert cell.count() >= 2  # The sweep's own and the trial's.


def test_the_sweep_opens_with_its_result_and_how_to_get_it_again(visit: Visit, real_sweep: RealSweep) -> None:
    ledger = real_sweep.ledger
    page = visit.open(run_path(real_sweep, str(ledger.about["mlflow_run_id"])))
    first = ledger.about["confirmation"]["ranking"][0]
    expect(page.get_by_text(f"accuracy {first['mean']:.4g}", exact=True)).to_be_visible()
    page.get_by_text("Show more").first.click()
    expect(page.get_by_role("heading", name="Ranking")).to_be_visible()
    expect(page.get_by_text("hpo results seen")).to_be_visible()
    expect(page.get_by_text("best/accuracy", exact=True)).to_be_visible()
    page.get_by_role("tab", name="Artifacts").click()
    for name in ("config.yaml", "data_card.md", "summary.json", "picture.json"):
        expect(page.get_by_text(name, exact=True).first).to_be_visible()


def test_a_trial_has_the_values_of_the_ledger(visit: Visit, real_sweep: RealSweep) -> None:
    best = best_trial(real_sweep.ledger.trials(), maximize=True)
    assert best is not None
    page = visit.open(run_path(real_sweep, str(best.mlflow_run_id)))
    row = page.get_by_role("row").filter(has_text="best/accuracy")
    expect(row.first).to_contain_text(repr(best.value))
    expect(page.get_by_role("row").filter(has_text="learning_rate").last).to_contain_text(
        str(best.params["train.learning_rate"])
    )
    page = visit.open(run_path(real_sweep, str(best.mlflow_run_id), "/system-metrics"))
    for name in ("cpu_percent", "memory_mib"):
        expect(page.get_by_text(name, exact=True).first).to_be_visible()


def test_neither_the_pages_nor_the_server_tell_anyone(mlflow_ui: str) -> None:
    with urllib.request.urlopen(f"{mlflow_ui}/ajax-api/3.0/mlflow/ui-telemetry", timeout=30) as answer:
        assert json.load(answer)["disable_ui_telemetry"] is True


def test_the_model_is_registered_as_the_champion(visit: Visit) -> None:
    page = visit.open(f"/models?{TRAINING}")
    row = page.get_by_role("row").filter(has_text="seen")
    expect(row.first).to_contain_text("champion")
