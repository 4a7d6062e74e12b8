import functools
import itertools
import re
from collections.abc import Callable
from dataclasses import replace

import pytest

from dashboards.report import report, to_html
from hpo.results import Cause, Look, State
from tests.dashboards.conftest import SWEEPS
from tests.dashboards.report.parsed import Page


@pytest.fixture(scope="module")
def page_of(look_of: Callable[[str], Look]) -> Callable[[str], Page]:
    return functools.cache(lambda name: Page.of(to_html(report(look_of(name)))))


@pytest.mark.parametrize("name", SWEEPS)
def test_every_figure_has_its_place_its_heading_and_words_for_it(page_of: Callable[[str], Page], name: str) -> None:
    page = page_of(name)
    places = page.with_class("plot")
    assert [place["id"] for place in places] == list(page.figures)
    findings = [made["layout"]["meta"]["finding"] for made in page.figures.values()]
    for place, finding in zip(places, findings, strict=True):
        assert place["role"] == "group"
        assert place["aria-label"].startswith(f"Figure: {finding}")
    assert set(findings) <= {*page.texts["h3"], *page.texts.get("h4", [])}


def test_what_a_finished_sweep_shows(page_of: Callable[[str], Page], look_of: Callable[[str], Look]) -> None:
    page, summary = page_of("telling"), look_of("telling").summary
    assert page.texts["h1"] == ["telling"]
    first = summary["confirmation"]["ranking"][0]
    assert page.texts["strong"][0] == f"accuracy {first['mean']:.4g}"
    assert f"{first['low']:.4g} to {first['high']:.4g}" in page.texts["p"][1]
    sections = [given["id"] for tag, given in page.tags if tag == "section"]
    assert sections == [
        "ranking",
        "search",
        "hyperparameters",
        "time",
        "picture",
        "data",
        "ends",
        "reproduce",
        "origin",
    ]
    links = [given["href"] for tag, given in page.tags if tag == "a" and given["href"] != "#main"]
    assert links == [f"#{section}" for section in sections]
    assert summary["best"]["command"] in page.texts["code"]
    assert len(page.texts["caption"]) >= 4


@pytest.mark.parametrize(("name", "section"), [("two-aims", "aims"), ("population", "population")])
def test_what_not_every_sweep_has(page_of: Callable[[str], Page], name: str, section: str) -> None:
    assert section in [given.get("id") for tag, given in page_of(name).tags if tag == "section"]


def test_headings_go_down_one_step_at_a_time(page_of: Callable[[str], Page]) -> None:
    levels = [int(tag[1]) for tag, _ in page_of("telling").tags if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))


def test_nothing_is_loaded_from_anywhere(page_of: Callable[[str], Page]) -> None:
    page = page_of("telling")
    loading = {"src", "srcset", "poster", "data", "action", "formaction", "background"}
    assert not [given for _, given in page.tags if loading & set(given)]
    assert all(given["href"].startswith(("#", "data:")) for _, given in page.tags if "href" in given)
    assert not [css for css in page.texts["style"] if "url(" in css or "@import" in css]
    (policy,) = [given["content"] for _, given in page.tags if given.get("http-equiv") == "Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "connect-src" not in policy  # So that the first rule holds for it.


def test_texts_of_the_sweep_are_no_html(look_of: Callable[[str], Look]) -> None:
    look, bad = look_of("plain"), "</script><script>alert(1)</script><img src=x onerror=alert(2)>"
    broken = replace(look.records[-1], state=State.FAILED, cause=Cause.ERROR, reason=bad, params={"train.x": bad})
    text = to_html(report(replace(look, name=bad, records=(*look.records[:-1], broken))))
    page = Page.of(text)
    assert page.texts["h1"] == [bad]
    assert not [tag for tag, _ in page.tags if tag == "img"]
    assert sum(tag == "script" for tag, _ in page.tags) == 3


def test_plotly_is_there_once(look_of: Callable[[str], Look]) -> None:
    text = to_html(report(look_of("one")))
    assert text.count("plotly.js v") == 1
    assert len(text.encode()) < 6e6


def test_before_any_trial_it_says_so(look_of: Callable[[str], Look]) -> None:
    look = look_of("plain")
    page = Page.of(to_html(report(Look("empty", look.about, (), True, look.status))))
    assert page.figures == {} or list(page.figures) == ["figure-1"]  # The confirmation is in the ledger.
    assert "No trial has a value yet." in page.texts["p"]
