"""Files of rows at URLs: fetched once for each version, and what is wrong with them said as of files."""

from __future__ import annotations

import functools
import http.server
import pickle
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from transformers import PreTrainedTokenizerFast

from models.data import PreparedData, prepare, read, remote
from models.data.prepare import _MEMO
from models.errors import InputError
from models.spec import DataSpec, FileData, MultiTaskData
from tests.s3 import S3, s3_server

Problems = Callable[[DataSpec], list[str]]


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> Iterator[S3]:
    with s3_server(monkeypatch) as server:
        yield server


class Site(http.server.SimpleHTTPRequestHandler):
    """Files of a folder; without `tells_time`, nothing that tells one version from the next."""

    tells_time = True
    fetched: list[str]

    def do_GET(self) -> None:
        self.fetched.append(self.path)
        super().do_GET()

    def send_header(self, keyword: str, value: str) -> None:
        if keyword != "Last-Modified" or self.tells_time:
            super().send_header(keyword, value)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def site(tmp_path: Path) -> Iterator[tuple[str, type[Site]]]:
    handler = type("OwnSite", (Site,), {"fetched": []})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(handler, directory=tmp_path))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", handler
    server.shutdown()
    server.server_close()


def prepared(spec: DataSpec, tokenizer: PreTrainedTokenizerFast) -> PreparedData:
    """As a new process would."""
    _MEMO.clear()
    return prepare(spec, tokenizer, "cache")


def copies() -> list[Path]:
    return [path for path in Path("cache/files").glob("*/*") if path.suffix == ".csv"]


def test_rows_at_a_url_are_those_of_the_file(good_csv: Path, s3: S3, site: tuple[str, type[Site]]) -> None:
    here = read(FileData(source="csv", train="good.csv"))
    for url in (good_csv.as_uri(), s3.put(good_csv, "sets/good.csv"), f"{site[0]}/good.csv"):
        there = read(FileData(source="csv", train=url))
        assert there.train[:] == here.train[:], url
        assert there.validation[:] == here.validation[:], url


def test_each_version_is_fetched_once(good_csv: Path, s3: S3, tokenizer: PreTrainedTokenizerFast) -> None:
    spec = FileData(source="csv", train=s3.put(good_csv, "good.csv"))
    first = prepared(spec, tokenizer)
    (copy,) = copies()
    before = copy.stat().st_mtime_ns
    assert prepared(spec, tokenizer).fingerprint == first.fingerprint
    assert [path.stat().st_mtime_ns for path in copies()] == [before]
    good_csv.write_text(good_csv.read_text().replace("number 1", "number 2"))
    s3.put(good_csv, "good.csv")
    assert prepared(spec, tokenizer).fingerprint != first.fingerprint
    assert len(copies()) == 2


@pytest.mark.parametrize(("tells_time", "times"), [(True, 1), (False, 3)])
def test_without_a_version_it_is_fetched_each_time(
    good_csv: Path, site: tuple[str, type[Site]], tokenizer: PreTrainedTokenizerFast, tells_time: bool, times: int
) -> None:
    url, handler = site
    handler.tells_time = tells_time
    for _ in range(2):  # The first is for the key of the rows, and for the rows.
        prepared(FileData(source="csv", train=f"{url}/good.csv"), tokenizer)
    assert handler.fetched == ["/good.csv"] * times
    assert len(copies()) == 1


def test_what_is_wrong_names_the_url(good_csv: Path, s3: S3, problems: Problems) -> None:
    good_csv.write_text(good_csv.read_text() + "no label,\n")
    url = s3.put(good_csv, "bad.csv")
    assert problems(FileData(source="csv", train=url))[0].startswith(f"{url}:42: ")
    spec = FileData(source="csv", train="s3://hpo/none.csv", validation="s3://nobody/here.csv", test="nfss://x/y.csv")
    told = problems(spec)
    assert told[:2] == [
        "data.train: there is no file s3://hpo/none.csv",
        "data.validation: there is no file s3://nobody/here.csv",
    ]
    assert told[2].startswith("data.test: nfss://x/y.csv cannot be opened: ValueError: Protocol not known: nfss")
    s3.put(good_csv, "folder/x.csv")
    assert problems(FileData(source="csv", train="s3://hpo/folder")) == [
        "data.train: s3://hpo/folder is a folder, not a file"
    ]


@pytest.mark.parametrize("several", [False, True])
def test_a_server_that_is_away_may_be_back_later(
    in_tmp: Path, monkeypatch: pytest.MonkeyPatch, tokenizer: PreTrainedTokenizerFast, several: bool
) -> None:
    monkeypatch.setattr(remote, "PATIENCE_S", 0.5)
    url = "http://127.0.0.1:9/rows.csv"  # Nothing listens on the port of `discard`.
    spec: DataSpec = FileData(source="csv", train=url)
    if several:
        part = {"source": "csv", "task": "text_classification", "train": url}
        spec = MultiTaskData(tasks={"one": part, "two": part})
    with pytest.raises(InputError, match=rf"cannot look up {url}, tried for 1 s: .*Cannot connect") as caught:
        prepared(spec, tokenizer)
    assert isinstance(caught.value, ConnectionError)
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


def test_one_at_a_url_and_one_here(good_csv: Path) -> None:
    spec = FileData(source="csv", train="good.csv", validation=good_csv.as_uri())
    assert read(spec).validation.num_rows == 40
    with pytest.raises(InputError, match=r"data\.test: there is no file file://"):
        read(replace(spec, test=good_csv.with_name("none.csv").as_uri()))
