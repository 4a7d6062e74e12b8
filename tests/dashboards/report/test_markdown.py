import itertools
import re
from collections.abc import Callable

import pytest

from dashboards.figures import finding
from dashboards.report import report, to_markdown
from dashboards.report.blocks import Plot, Table
from hpo.results import Look
from tests.dashboards.conftest import SWEEPS


@pytest.mark.parametrize("name", SWEEPS)
def test_it_has_every_finding_and_every_table(look_of: Callable[[str], Look], name: str) -> None:
    made = report(look_of(name))
    text = to_markdown(made)
    for section in made.sections:
        assert f"\n## {section.title}\n" in text
        for block in section.blocks:
            if isinstance(block, Plot):
                assert f"- {finding(block.figure)}" in text
            if isinstance(block, Table):
                assert f"{block.caption}:" in text
    assert not re.search(r"<[a-zA-Z/!]", text)


def test_tables_are_whole(look_of: Callable[[str], Look]) -> None:
    lines = to_markdown(report(look_of("telling"))).splitlines()
    for before, line in itertools.pairwise(lines):
        if before.startswith("|") and line.startswith("|"):
            assert before.replace("\\|", "").count("|") == line.replace("\\|", "").count("|")
