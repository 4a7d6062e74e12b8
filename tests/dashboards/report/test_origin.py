from collections.abc import Callable
from dataclasses import replace

import pytest

from dashboards.report import report, to_html, to_markdown
from dashboards.report.origin import masked
from hpo.results import Look


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("tracking.uri=https://me:secret@host:5000", "tracking.uri=https://me:***@host:5000"),
        ("ledger.url=postgresql://me:p%40w@host/db", "ledger.url=postgresql://me:***@host/db"),
        ("data.train=s3://bucket/a:b", "data.train=s3://bucket/a:b"),
    ],
)
def test_passwords_are_not_shown(text: str, shown: str) -> None:
    assert masked(text) == shown


def test_the_report_has_no_password(look_of: Callable[[str], Look]) -> None:
    look = look_of("plain")
    overrides = [*look.about["overrides"], "tracking.uri=https://me:hunter2@host:5000"]
    made = report(replace(look, about={**look.about, "overrides": overrides}))
    assert "hunter2" not in to_html(made)
    assert "hunter2" not in to_markdown(made)
    assert "https://me:***@host:5000" in to_markdown(made)
