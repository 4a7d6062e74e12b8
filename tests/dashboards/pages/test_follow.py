"""The stream that keeps a page as it is."""

import json

from dashboards.live import update_of
from dashboards.pages.follow import Teller
from hpo.results import Place, Reader
from tests.dashboards.pages.reading import Pages


def test_a_sweep_that_is_over_is_told_at_once(pages: Pages) -> None:
    with pages.client.stream("GET", "/sweeps/old/live") as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        text = "".join(answer.iter_text())
    events = [line.removeprefix("event: ") for line in text.splitlines() if line.startswith("event: ")]
    assert events[:2] == ["head", "tiles"]
    assert events[-1] == "over"
    assert "tile-value" in text


def test_a_sweep_that_is_not_there_has_no_stream(pages: Pages) -> None:
    assert pages.client.get("/sweeps/none/live").status_code == 404


def test_only_what_changed_is_sent_and_said(place: Place) -> None:
    look = Reader(place, "many").look()
    teller = Teller()
    first = teller.tell(update_of(look, look.seq - 5, at=0.0), "<p>head</p>", "<p>1</p>")
    assert [name for name, _ in first] == ["head", "tiles", "points", "trials"]
    assert json.loads(dict(first)["points"])["trials"]
    nothing = teller.tell(update_of(look, look.seq, at=0.0), "<p>head</p>", "<p>1</p>")
    assert nothing == []
    news = teller.tell(update_of(look, look.seq, at=0.0, over=True), "<p>head</p>", "<p>2</p>")
    assert [name for name, _ in news] == ["tiles", "points", "trials"]


def test_another_state_and_a_better_trial_are_said_aloud(place: Place) -> None:
    running, done = Reader(place, "left").look(), Reader(place, "many").look()
    teller = Teller()
    assert "spoken" not in dict(teller.tell(update_of(running, None, at=0.0), "", ""))
    said = json.loads(dict(teller.tell(update_of(done, None, at=0.0), "", ""))["spoken"])["text"]
    assert said.startswith("The sweep is finished.")


def test_an_outage_is_told_once_and_its_end_too(place: Place) -> None:
    look, teller = Reader(place, "many").look(), Teller()
    away = update_of(look, look.seq, at=0.0, outage="the ledger is away")
    assert teller.tell(away, "", "") == [("outage", '{"away": true}')]
    assert teller.tell(away, "", "") == []
    assert teller.tell(update_of(look, look.seq, at=0.0), "", "") == [("outage", '{"away": false}')]
