import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from dashboards.report import report, to_html, to_markdown
from dashboards.report.blocks import Plot, Plots
from hpo.results import Look, State, TrialRecord

SIGNED = "https://hunter2@host/rows.csv?X-Amz-Signature=hunter2"


def test_the_report_has_no_secret(look_of: Callable[[str], Look], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGPASSWORD", "swordfish")
    look = look_of("unconfirmed")
    overrides = [*look.about["overrides"], "++tracking.uri=https://me:hunter2@host:5000", f"data.train={SIGNED}"]
    confirmation = {"ranking": [], "winner": None, "delivered": {"command": f"hpo train {SIGNED}", "weights": None}}
    about = {**look.about, "overrides": overrides, "confirmation": {**confirmation, "level": 0.95, "no_test": ""}}
    why = f"{'x' * 140}postgresql://me:hunter2@host/db does not answer"  # It is cut in the middle of the password.
    failed = TrialRecord(len(look.records), State.FAILED, {}, reason=f"cannot read {SIGNED} as swordfish")
    cut = TrialRecord(failed.number + 1, State.PRUNED, {}, reason=why)
    status = replace(look.status, left_because="no answer from http://me:hunter2@host")
    made = report(replace(look, about=about, records=(*look.records, failed, cut), status=status))
    for text in (to_html(made), to_markdown(made)):
        assert "hunter" not in text
        assert "swordfish" not in text
        assert "https://***@host:5000" in text
        assert "cannot read https://***@host/rows.csv?X-Amz-Signature=***" in text


def test_figures_have_no_secret_either(look_of: Callable[[str], Look]) -> None:
    """Choices of a dimension stand at axes, in headings and where the pointer is."""
    look, name = look_of("unconfirmed"), "train.lr_schedule"
    files = {"linear": SIGNED, "cosine": "https://hunter2@host/other.csv", "constant": "mine.csv"}
    space = json.loads(json.dumps(look.about["space"]))
    (dimension,) = (one for one in space["dimensions"] if one["name"] == name)
    dimension["choices"] = list(files.values())
    dimension["distribution"] = json.dumps(
        {"name": "CategoricalDistribution", "attributes": {"choices": list(files.values())}}
    )
    records = tuple(replace(one, params={**one.params, name: files[one.params[name]]}) for one in look.records)
    made = report(replace(look, about={**look.about, "space": space}, records=records))
    plots = [block for section in made.sections for block in section.blocks if isinstance(block, Plot | Plots)]
    assert "https://***@host" in str(plots)
    for text in (to_html(made), to_markdown(made)):
        assert "hunter2" not in text


def test_the_folder_of_options_is_in_the_commands(look_of: Callable[[str], Look], tmp_path: Path) -> None:
    look = look_of("plain")
    made = to_markdown(report(replace(look, about={**look.about, "config_dir": "mine", "cwd": str(tmp_path)})))
    assert f"hpo sweep --config-dir {tmp_path / 'mine'} " in made
    assert f"hpo train --config-dir {tmp_path / 'mine'} " in made
