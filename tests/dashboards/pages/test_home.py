"""The page of all sweeps."""

import re

import pytest

from tests.dashboards.pages.reading import Page, Pages

NAMES = "//tbody//th/a"


def names(page: Page) -> list[str]:
    return [element.text_content() for element in page.find(NAMES)]


def test_all_sweeps_are_there_with_what_matters(pages: Pages) -> None:
    page = pages.get("/")
    assert sorted(names(page)) == ["going", "hostile", "left", "many", "old", "traded"]
    row = page.words("//tr[th/a='many']")
    assert "finished" in row
    assert "60 of 60" in row
    assert re.search(r"0\.\d+ accuracy", row)
    assert "interrupted" in page.words("//tr[th/a='left']")
    assert "9 of 12" in page.words("//tr[th/a='going']")


def test_the_newest_come_first_unless_asked_otherwise(pages: Pages) -> None:
    assert names(pages.get("/"))[0] in ("going", "left", "hostile")
    assert names(pages.get("/?sort=name&dir=up")) == sorted(names(pages.get("/")))
    assert names(pages.get("/?sort=name")) == sorted(names(pages.get("/")), reverse=True)
    header = pages.get("/?sort=name").find("//th[@aria-sort='descending']")
    assert [element.text_content().strip() for element in header] == ["Sweep"]


def test_search_and_state_narrow_the_list(pages: Pages) -> None:
    assert names(pages.get("/?q=MAN")) == ["many"]
    assert set(names(pages.get("/?state=interrupted"))) == {"left", "hostile"}
    nothing = pages.get("/?q=zebra")
    assert names(nothing) == []
    assert "No sweep is like that" in nothing.words("//main")
    assert nothing.find("//input[@id='q']")[0].get("value") == "zebra"


@pytest.mark.parametrize("query", ["state=none", "sort=none", "page=0", "page=x", "page=999", "dir=%00", "q=%25"])
def test_what_makes_no_sense_is_as_if_it_were_not_there(pages: Pages, query: str) -> None:
    page = pages.get(f"/?{query}")
    assert len(names(page)) == (0 if query.startswith("q=") else 6)


def test_scripts_get_the_list_alone(pages: Pages) -> None:
    part = pages.get("/?q=many", part=True)
    assert names(part) == ["many"]
    assert not part.find("//header")
    assert "/?q=many" in [element.get("hx-get") for element in part.find("//*[@data-refresh]")]


def test_what_is_picked_is_what_the_row_says(pages: Pages) -> None:
    for pick in pages.get("/").find("//input[@data-pick]"):
        assert pick.get("aria-label") == f"Compare {pick.get('value')}"
        assert "hx-preserve" not in pick.attrib  # Whatever its value: the row may be another sweep's by then.


def test_without_sweeps_it_says_how_to_begin_one(no_sweeps: Pages) -> None:
    page = no_sweeps.get("/")
    assert "No sweep yet" in page.words("//main")
    assert "hpo sweep experiment=smoke" in page.words("//main")
    assert "/submit" in page.links("//main//a")
