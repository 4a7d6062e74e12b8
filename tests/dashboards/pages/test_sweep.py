"""The page of one sweep."""

from pathlib import Path

import pytest

from hpo.results import Place, Reader, State
from tests.dashboards.pages.conftest import HOSTILE, MLFLOW, pages_of
from tests.dashboards.pages.reading import Page, Pages
from tests.dashboards.sweeps import made_sweep


def numbers(page: Page) -> list[int]:
    return [int(element.text_content().lstrip("#")) for element in page.find("//div[@id='trials']//tbody//th/a")]


def part_numbers(pages: Pages, query: str) -> list[int]:
    page = pages.get(f"/sweeps/many/trials?{query}", part=True)
    return [int(element.text_content().lstrip("#")) for element in page.find("//tbody//th/a")]


def test_the_tiles_say_how_it_stands(pages: Pages, place: Place) -> None:
    look = Reader(place, "many").look()
    best = look.status.best
    assert best is not None
    tiles = pages.get("/sweeps/many").words("//dl[@id='tiles']")
    assert f"{best.value:.4g}" in tiles
    assert f"trial {best.number}" in tiles
    assert "60 of 60 trials" in tiles
    assert f"pruned {look.status.counts[State.PRUNED]}" in tiles
    assert "Ran for" in tiles


def test_a_running_one_can_be_stopped_and_is_followed(pages: Pages) -> None:
    page = pages.get("/sweeps/going")
    assert "3 of 4" in page.words("//div[contains(@class,'tile')][dt='Slots busy']")
    assert "Time left" in page.words("//dl[@id='tiles']")
    opens = {element.get("data-open") for element in page.find("//button[@data-open]")}
    assert opens == {"stop", "extend", "enqueue"}
    follow = page.find("//*[@sse-connect]")[0].get("sse-connect")
    assert follow.startswith("/sweeps/going/live?since=")
    assert page.find("//dialog[@id='stop']//form")[0].get("data-api") == "/api/v1/sweeps/going/stop"


def test_a_configuration_can_be_enqueued_before_there_is_a_trial(tmp_path: Path) -> None:
    place = Place(tmp_path)
    config = made_sweep(place, "new", trials=0, confirmed=False).about["config"]
    page = pages_of(place).get("/sweeps/new")
    fields = {field.get("name"): field.get("value") for field in page.find("//dialog[@id='enqueue']//input")}
    assert fields["train.learning_rate"] == str(config["train"]["learning_rate"])
    assert all(fields.values())


def test_one_that_was_left_can_be_resumed_and_says_what_happened(pages: Pages) -> None:
    page = pages.get("/sweeps/left")
    assert "interrupted" in page.words("//h1/..")
    assert "Its driver is gone" in page.words("//div[@id='head']")
    assert {element.get("data-open") for element in page.find("//button[@data-open]")} >= {"resume"}


def test_every_dialog_that_is_opened_is_there_and_named(pages: Pages) -> None:
    for address in ("/sweeps/going", "/sweeps/left", "/sweeps/many", "/sweeps/going/trials/11"):
        page = pages.get(address)
        dialogs = {element.get("id"): element for element in page.find("//dialog")}
        for button in page.find("//button[@data-open]"):
            dialog = dialogs[button.get("data-open")]
            assert page.find(f"//*[@id='{dialog.get('aria-labelledby')}']")


def test_a_page_of_trials_at_a_time(pages: Pages) -> None:
    assert numbers(pages.get("/sweeps/many")) == list(range(59, 34, -1))
    assert part_numbers(pages, "page=3") == list(range(9, -1, -1))
    assert part_numbers(pages, "page=99") == list(range(9, -1, -1))


def test_sorted_by_value_the_best_comes_first_and_what_has_none_last(pages: Pages, place: Place) -> None:
    look = Reader(place, "many").look()
    values = {record.number: record.value for record in look.records}
    shown = part_numbers(pages, "sort=value")
    assert [values[number] for number in shown] == sorted((values[number] for number in shown), reverse=True)
    assert values[shown[0]] == max(value for value in values.values() if value is not None)


def test_sorted_by_a_parameter(pages: Pages, place: Place) -> None:
    rates = {r.number: r.params["train.learning_rate"] for r in Reader(place, "many").look().records}
    shown = part_numbers(pages, "sort=p:train.learning_rate&dir=up")
    assert [rates[number] for number in shown] == sorted(rates.values())[:25]
    assert len(part_numbers(pages, "sort=p:train.lr_schedule")) == 25


def test_search_finds_numbers_causes_and_values(pages: Pages, place: Place) -> None:
    assert part_numbers(pages, "q=%2342") == [42]
    cosine = [r.number for r in Reader(place, "many").look().records if r.params["train.lr_schedule"] == "cosine"]
    assert set(part_numbers(pages, "q=lr_schedule%3Dcosine&page=1")) <= set(cosine)
    assert part_numbers(pages, "q=zebra") == []


def test_states_filter_and_are_counted(pages: Pages, place: Place) -> None:
    counts = Reader(place, "many").look().status.counts
    page = pages.get("/sweeps/many/trials?state=complete", part=True)
    assert len(page.find("//tbody/tr")) == counts[State.COMPLETE]
    assert f"complete {counts[State.COMPLETE]}" in page.words("//nav")


def test_figures_are_asked_for_later_and_have_what_a_reader_needs(pages: Pages) -> None:
    page = pages.get("/sweeps/many")
    charts = page.find("//*[@data-chart]")
    assert len(charts) > 6
    for chart in charts:
        assert pages.client.get(chart.get("data-chart")).status_code in (200, 204), chart.get("data-chart")
        assert chart.get("role") == "figure"
        for name in chart.get("aria-labelledby").split():
            assert page.find(f"//*[@id='{name}']")


def test_only_a_sweep_with_two_aims_shows_its_front(pages: Pages) -> None:
    fronts = "//*[@data-chart='/sweeps/{}/figures/front.json']"
    assert pages.get("/sweeps/traded").find(fronts.format("traded"))
    assert not pages.get("/sweeps/many").find(fronts.format("many"))


def test_links_lead_to_the_run_in_mlflow(pages: Pages) -> None:
    assert f"{MLFLOW}/#/experiments/7/runs/ab12" in pages.get("/sweeps/many").links()
    assert not [link for link in pages.get("/sweeps/old").links() if "experiments" in link]


def test_a_link_leads_to_optuna_dashboard_where_there_is_one(pages: Pages, place: Place) -> None:
    assert "http://127.0.0.1:8081" in pages_of(place, "http://127.0.0.1:8081/").get("/sweeps/old").links()
    assert "Optuna" not in pages.get("/sweeps/old").words("//div[@id='head']")


def test_texts_of_others_are_shown_as_texts(pages: Pages) -> None:
    page = pages.get("/sweeps/hostile")
    assert HOSTILE in page.words("//div[@id='head']")
    assert not page.find("//img")
    assert not page.find("//*[@onerror]")


def test_there_is_no_script_and_no_style_inside(pages: Pages) -> None:
    for address in ("/", "/sweeps/many", "/sweeps/many/trials/3", "/compare?sweep=old&sweep=many", "/submit", "/login"):
        page = pages.get(address)
        assert not page.find("//script[not(@src)]")
        assert not page.find("//style")
        assert not page.find("//*[@style]")
        assert not [name for name in page.find("//@*/..") for name in name.attrib if name.startswith(("on", "hx-on"))]
        for source in page.find("//script/@src | //link/@href"):
            assert source.startswith("/static/"), source
            assert pages.client.get(source).status_code == 200, source


def test_a_sweep_that_is_not_there_is_said_to_be(pages: Pages) -> None:
    page = pages.get("/sweeps/none", status=404)
    assert "Nothing is here" in page.words("//h1")
    assert "no sweep called 'none'" in page.words("//main")
    pages.get("/sweeps/%3Cscript%3E", status=404)


@pytest.mark.parametrize("name", ["many", "going"])
def test_the_report_is_linked_and_served_when_it_is_there(pages: Pages, place: Place, name: str) -> None:
    path = place.output_dir / name / "report.html"
    pages.get(f"/sweeps/{name}/report", status=404)
    assert f"/sweeps/{name}/report" not in pages.get(f"/sweeps/{name}").links()
    path.write_text("<!doctype html><title>r</title><script>1</script><p>found</p>")
    try:
        assert f"/sweeps/{name}/report" in pages.get(f"/sweeps/{name}").links()
        policy = pages.get(f"/sweeps/{name}/report").headers["content-security-policy"]
    finally:
        path.unlink()
    assert policy.startswith("sandbox allow-scripts")
    assert "allow-same-origin" not in policy
    assert "default-src 'none'" in policy
