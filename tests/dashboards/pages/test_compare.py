"""Two sweeps side by side."""

from dashboards.pages.compared import facts, spaces, verdict
from dashboards.pages.curve import best_so_far
from hpo.results import Place, Reader, State
from tests.dashboards.pages.reading import Pages


def test_both_are_shown_with_what_differs_marked(pages: Pages) -> None:
    page = pages.get("/compare?sweep=old&sweep=many")
    assert [e.text_content() for e in page.find("(//table)[1]//thead//a")] == ["old", "many"]
    trials = page.find("(//table)[1]//tr[th='trials']")[0]
    assert [cell.text_content() for cell in trials.xpath("td")] == ["6", "60"]
    assert trials.get("class") == "differs"
    assert page.find("(//table)[1]//tr[th='metric']")[0].get("class") is None
    for chart in page.find("//*[@data-chart]"):
        names = {trace["name"] for trace in pages.figure(chart.get("data-chart"))["data"]}
        assert names == {"old", "many"}


def test_the_same_twice_differs_in_nothing(place: Place) -> None:
    look = Reader(place, "many").look()
    assert not [row for row in (*facts(look, look), *spaces(look, look)) if row.differs]
    assert verdict(look, look).startswith("Both found the same")


def test_the_better_one_is_named(place: Place) -> None:
    one, other = Reader(place, "old").look(), Reader(place, "many").look()
    assert one.status.best is not None
    assert other.status.best is not None
    ahead = "old" if (one.status.best.value or 0) > (other.status.best.value or 0) else "many"
    assert verdict(one, other).startswith(f"{ahead} is ahead by")
    assert verdict(other, one).startswith(f"{ahead} is ahead by")


def test_best_so_far_only_rises_and_ends_at_the_best_complete_trial(place: Place) -> None:
    look = Reader(place, "many").look()
    values = [value for _, value in best_so_far(look, None)]
    assert values == sorted(values)
    assert values[-1] == max(r.value or 0 for r in look.records if r.state is State.COMPLETE)


def test_fewer_than_two_are_asked_for(pages: Pages, no_sweeps: Pages) -> None:
    page = pages.get("/compare?sweep=many")
    assert "Choose two" in page.words("//main")
    assert page.find("//select[@id='sweep-1']/option[@selected]")[0].get("value") == "many"
    assert "Two sweeps are needed" in no_sweeps.get("/compare").words("//main")
    pages.get("/compare?sweep=many&sweep=none", status=404)
