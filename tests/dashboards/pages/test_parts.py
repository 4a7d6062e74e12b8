"""Static files, login, errors, secrets, and every page's frame."""

import gzip
import hashlib
import re
from pathlib import Path
from types import SimpleNamespace

import pytest

from dashboards.pages.assets import STATIC, asset_url, plotly_style_ids, plotly_url
from dashboards.pages.words import ago, number, percent, plain, seconds
from hpo.results import Place, Redactor
from tests.dashboards.pages.conftest import pages_of
from tests.dashboards.pages.reading import Pages

EVERY = ["/", "/sweeps/many", "/sweeps/many/trials/3", "/compare", "/compare?sweep=old&sweep=many", "/submit", "/login"]


@pytest.mark.parametrize("address", EVERY)
def test_every_page_has_a_frame_that_a_screen_reader_knows(pages: Pages, address: str) -> None:
    page = pages.get(address)
    assert page.find("/html/@lang") == ["en"]
    assert len(page.find("//h1")) == 1
    assert len(page.find("//main[@id='main']")) == 1
    assert page.find("//a[@class='skip']")[0].get("href") == "#main"
    assert page.find("//*[@role='status'][@aria-live='polite'][@id='spoken']")
    for table in page.find("//table"):
        assert table.xpath("caption")
    ids = page.find("//@id")
    assert len(ids) == len(set(ids)), sorted(one for one in set(ids) if ids.count(one) > 1)
    for field in page.find("//input[not(@type='hidden')] | //select | //textarea"):
        named = (
            field.get("aria-label") or page.find(f"//label[@for='{field.get('id')}']") or field.xpath("ancestor::label")
        )
        assert named, field.attrib


def test_static_files_are_served_packed_and_once(pages: Pages) -> None:
    plain_file = pages.client.get(plotly_url(), headers={"Accept-Encoding": "identity"})
    packed = pages.client.get(plotly_url(), headers={"Accept-Encoding": "gzip"})
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.content == plain_file.content  # The client unpacks.
    assert len(gzip.compress(plain_file.content)) < len(plain_file.content) / 2
    assert "immutable" in packed.headers["cache-control"]
    again = pages.client.get(plotly_url(), headers={"If-None-Match": packed.headers["etag"]})
    assert again.status_code == 304
    assert pages.client.get(asset_url("js/page.js").partition("?")[0]).headers["cache-control"] == "no-cache"


@pytest.mark.parametrize(
    "path", ["../router.py", "..%2frouter.py", "/etc/passwd", "vendor/README.md", "css", "none.js"]
)
def test_nothing_else_of_the_disk_is_served(pages: Pages, path: str) -> None:
    assert pages.client.get(f"/static/{path}").status_code == 404


def test_the_scripts_of_others_are_the_ones_that_their_table_says() -> None:
    told = (STATIC / "vendor" / "README.md").read_text(encoding="utf-8")
    table = dict(re.findall(r"^\| `([\w.-]+\.js)` \|.*`([0-9a-f]{64})`", told, re.MULTILINE))
    files = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in (STATIC / "vendor").glob("*.js")}
    assert table == files


def test_scripts_and_styles_name_no_other_machine() -> None:
    own = [path for path in STATIC.rglob("*") if path.suffix in (".js", ".css") and "vendor" not in path.parts]
    assert len(own) > 8
    assert not [path for path in own if re.search(r"https?://|url\(|@import", path.read_text(encoding="utf-8"))]


def test_plotly_brings_no_style_of_its_own(pages: Pages) -> None:
    page = pages.get("/sweeps/many")
    assert [element.get("id") for element in page.find("//meta[@name='plotly-style']")] == list(plotly_style_ids())


def test_a_login_that_failed_says_why(pages: Pages) -> None:
    assert not pages.get("/login").find("//*[@role='alert']")
    assert "not the token" in pages.get("/login?failed=401").words("//*[@role='alert']")
    assert "too many" in pages.get("/login?failed=429").words("//*[@role='alert']")
    form = pages.get("/login").find("//form")[0]
    assert (form.get("method"), form.get("action")) == ("post", "/login")


def test_secrets_are_not_shown(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    pages = pages_of(place)
    shown = pages.get("/sweeps/hostile").text
    assert "opensesame" in shown  # As nobody has said that it is one.
    pages.client.app.state.redactor = Redactor({"MLFLOW_TRACKING_PASSWORD": "accuracy"})  # type: ignore[attr-defined]
    hidden = pages.get("/sweeps/hostile").text
    assert "opensesame" not in hidden
    assert "accuracy" not in hidden
    assert "***" in hidden


def test_what_waits_is_listed_and_can_be_cancelled(place: Place) -> None:
    pages = pages_of(place)
    job = SimpleNamespace(id=4, sweep="next<b>", arguments=("sweep",), created_at=0.0)
    pages.client.app.state.queue = SimpleNamespace(jobs=SimpleNamespace(waiting=lambda: [job]))  # type: ignore[attr-defined]
    page = pages.get("/")
    assert "next<b>" in page.words("//ol[@class='queue']")
    assert page.find("//dialog[@id='cancel-4']//form")[0].get("data-api") == "/api/v1/submissions/4/cancel"
    assert "1 submission in the queue" in pages.get("/submit").words("//main")


def test_figures_are_sent_once_and_unknown_ones_refused(pages: Pages) -> None:
    first = pages.client.get("/sweeps/many/figures/history.json")
    assert first.status_code == 200
    again = pages.client.get("/sweeps/many/figures/history.json", headers={"If-None-Match": first.headers["etag"]})
    assert again.status_code == 304
    assert "x-newer-in" not in first.headers
    for address in ("figures/none.json", "slices/none.json", "trials/99/figure.json"):
        assert pages.client.get(f"/sweeps/many/{address}").status_code == 404
    assert pages.figure("/sweeps/many/slices/train.learning_rate.json")["data"]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "\N{EN DASH}"),
        (True, "yes"),
        (12345, "12\N{NARROW NO-BREAK SPACE}345"),
        (0.123456, "0.1235"),
        (1e-5, "1e-05"),
        ("x", "x"),
        ([1, 2], "1, 2"),
    ],
)
def test_numbers_as_people_read_them(value: object, text: str) -> None:
    assert number(value) == text


def test_times_as_people_read_them() -> None:
    assert [seconds(s) for s in (None, 0, 0.04, 0.5, 42, 185, 7800, 90000)] == [
        *("\N{EN DASH}", "0 s", "0 s", "0.5 s", "42 s", "3 min 5 s", "2 h 10 min", "1 d 1 h"),
    ]
    assert [ago(0, now) for now in (5, 125, 7300, 200000)] == ["just now", "2 min ago", "2 h ago", "2 d ago"]
    assert percent(0.425) == "42 %"
    assert (plain("a b"), plain(0.1), plain([1]), plain(None)) == ("a b", "0.1", "[1]", "null")


def test_no_file_of_the_pages_is_long() -> None:
    files = [path for path in STATIC.parent.rglob("*") if path.suffix in (".py", ".js", ".css", ".html")]
    lengths = {
        path.name: len(path.read_text(encoding="utf-8").splitlines()) for path in files if "vendor" not in path.parts
    }
    assert not {name: lines for name, lines in lengths.items() if lines > 400}
    assert isinstance(STATIC, Path)
