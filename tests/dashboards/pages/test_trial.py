"""The page of one trial."""

import pytest

from dashboards.pages.log import MOST_LINES, log_lines
from hpo.results import Moment, Place, Reader, State, TrialRecord, nearest
from tests.dashboards.pages.reading import Pages


def test_it_says_what_became_of_it_and_why(pages: Pages, place: Place) -> None:
    look = Reader(place, "many").look()
    record = next(record for record in look.records if record.state is State.PRUNED)
    page = pages.get(f"/sweeps/many/trials/{record.number}")
    assert page.words("//h1") == f"Trial {record.number}"
    assert "pruned" in page.words("//span[@id='state']")
    story = page.words("//ol[@id='why']")
    for moment in look.story(record.number):
        assert moment.reason in story
    log = page.find("//pre[@id='log']")[0].text_content()
    assert log.count("epoch ") >= len(record.evaluations)
    for name, value in record.params.items():
        assert f"{value:.4g}" if isinstance(value, float) else str(value) in page.words(f"//tr[th='{name}']")


def test_its_neighbours_are_the_nearest(pages: Pages, place: Place) -> None:
    look = Reader(place, "many").look()
    shown = [
        e.text_content() for e in pages.get("/sweeps/many/trials/5").find("//h2[@id='near-title']/../..//tbody//th")
    ]
    assert shown == [f"#{one.record.number}" for one in nearest(look.about, look.records, 5, 6)]


def test_only_one_that_goes_on_can_be_stopped(pages: Pages) -> None:
    going = pages.get("/sweeps/going/trials/11")
    assert going.find("//button[@data-open='stop']")
    assert going.find("//*[@data-trial='11']")
    assert going.find("//dialog[@id='stop']//form")[0].get("data-api") == "/api/v1/sweeps/going/trials/11/stop"
    over = pages.get("/sweeps/many/trials/0")
    assert not over.find("//button[@data-open='stop']")
    assert not over.find("//*[@sse-connect]")
    assert not pages.get("/sweeps/left/trials/7").find("//button[@data-open='stop']")


def test_a_clone_begins_with_its_values(pages: Pages, place: Place) -> None:
    record = Reader(place, "many").look().records[3]
    form = pages.get("/sweeps/many/trials/3").find("//dialog[@id='clone']//form")[0]
    values = {field.get("name"): field.get("value") for field in form.xpath(".//input[@data-kind='value']")}
    assert values["train.learning_rate"] == str(record.params["train.learning_rate"])
    chosen = form.xpath(".//select[@name='train.lr_schedule']/option[@selected]")
    assert [option.text for option in chosen] == [record.params["train.lr_schedule"]]


@pytest.mark.parametrize(("number", "status"), [("60", 404), ("-1", 404), ("x", 422), ("9" * 30, 404)])
def test_a_trial_that_is_not_there(pages: Pages, number: str, status: int) -> None:
    pages.get(f"/sweeps/many/trials/{number}", status=status)


def test_its_curve_is_drawn_over_the_others(pages: Pages) -> None:
    figure = pages.figure("/sweeps/many/trials/3/figure.json")
    assert {"trial 3", "other trials"} <= {trace["name"] for trace in figure["data"]}
    assert figure["message"]


def test_the_log_is_in_the_order_of_time_and_not_endless() -> None:
    entries = [{"step": n, "epoch": float(n), "metrics": {"loss": 1.0}, "at": 100.0 + n} for n in range(600)]
    record = TrialRecord(0, State.RUNNING, {}, evaluations=list(reversed(entries)))
    lines = log_lines(record, [Moment(0, "proposed", 50.0, 0, 0, None, "by chance", {})])
    assert len(lines) == MOST_LINES + 1
    assert "201 earlier lines" in lines[0]
    assert "step 599" in lines[-1]
    assert [line[:19] for line in lines[1:]] == sorted(line[:19] for line in lines[1:])
