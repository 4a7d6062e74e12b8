import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from dashboards.report import report, to_html, to_markdown
from dashboards.report.blocks import Plot, Report, Section, Table, Text
from dashboards.report.pictured import KINDS, pictured
from hpo.results import PICTURE, Look
from tests.dashboards.report.parsed import Page
from tests.dashboards.report.pictures_of_kinds import BODIES, picture


@pytest.fixture
def with_picture(look_of: Callable[[str], Look], tmp_path: Path) -> Callable[[str], Look]:
    def look(kind: str) -> Look:
        (tmp_path / PICTURE).write_text(json.dumps(picture(kind)), encoding="utf-8")
        plain = look_of("plain")
        shutil.copy(Path(plain.about["sweep_dir"]) / "data_card.md", tmp_path)  # So that torch need not be imported.
        return replace(plain, about={**plain.about, "sweep_dir": str(tmp_path)})

    return look


def test_every_kind_is_known() -> None:
    assert set(KINDS) == set(BODIES)


@pytest.mark.parametrize("kind", [*BODIES, "parts"])
def test_a_picture_has_figures_and_its_worst_mistakes(with_picture: Callable[[str], Look], kind: str) -> None:
    blocks = pictured(with_picture(kind))
    assert isinstance(blocks[0], Text)
    assert "trial 7 as confirmed under seed 1042, on 100 of 500 validation rows" in blocks[0].markdown
    assert any(isinstance(block, Plot) for block in blocks)
    worst = [block for block in blocks if isinstance(block, Table) and block.caption.startswith("The worst mistakes")]
    assert len(worst) == (len(BODIES) if kind == "parts" else 1)
    whole = Report("r", ["x"], [], [Section("picture", "Picture", blocks)], 0.0)
    page = Page.of(to_html(whole))
    assert any("<script>x</script>" in text for text in page.texts["td"])  # As a text.
    assert "<script>" not in to_markdown(whole)


def test_without_a_picture_it_says_why(look_of: Callable[[str], Look]) -> None:
    look = look_of("plain")
    (said,) = pictured(look)
    assert isinstance(said, Text)
    assert "no weights were left" in said.markdown
    config = {**look.about["config"], "sweep": {**look.about["config"]["sweep"], "picture": False}}
    (said,) = pictured(replace(look, about={**look.about, "config": config}))
    assert isinstance(said, Text)
    assert "`sweep.picture=false`" in said.markdown


def test_it_stands_in_the_report(with_picture: Callable[[str], Look]) -> None:
    findings = [
        made["layout"]["meta"]["finding"] for made in Page.of(to_html(report(with_picture("classes")))).figures.values()
    ]
    assert "17 of 20 are right; most often cat is taken for dog (2 times)" in findings
