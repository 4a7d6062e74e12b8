"""What of a sweep's settings leaves the ledger."""

import json
import shlex
from dataclasses import replace
from pathlib import Path

import yaml

from hpo.begin import CONFIG, begin
from hpo.config.compose import compose
from hpo.ledger import Ledger
from hpo.plan import Plan
from hpo.recorded import composed_again
from hpo.results import Place, write_summary
from tests.hpo.history.sweeping import plan_of, play

SIGNED = "https://me:hunter2@host/rows.csv?X-Amz-Signature=hunter2"
STORE = "postgresql://me:hunter2@db/mlflow"
OWN = (f"data.train='{SIGNED}'", f"++tracking.uri={STORE}", "++ledger.url=postgresql://me:hunter2@db/hpo")
OWN += ("ledger={url: 'postgresql://me:hunter2@db/hpo'}",)


def secretive(rows: Path, folder: Path) -> tuple[Plan, Ledger]:
    """A sweep whose rows and MLflow would be elsewhere; neither is asked here."""
    plan = plan_of(rows, folder, "first", "sweep.trials=2")
    data, tracking = replace(plan.config.data, train=SIGNED), replace(plan.config.tracking, uri=STORE)
    plan = replace(plan, config=replace(plan.config, data=data, tracking=tracking), overrides=(*plan.overrides, *OWN))
    ledger = begin(plan)
    play(plan, ledger)
    return plan, ledger


def test_no_secret_leaves_the_ledger_and_it_is_resumed_with_them_all(rows_file: Path, tmp_path: Path) -> None:
    plan, ledger = secretive(rows_file, tmp_path)
    ledger.note("left_because", f"no answer from {STORE}")
    written = (plan.sweep_dir / CONFIG).read_text(encoding="utf-8")
    summary = write_summary(ledger, plan.sweep_dir)
    assert "hunter2" not in written + json.dumps(summary)
    assert yaml.safe_load(written)["tracking"]["uri"] == summary["mlflow"]["uri"] == "postgresql://***@db/mlflow"
    assert "https://***@host/rows.csv?X-Amz-Signature=***" in summary["best"]["command"]
    again = composed_again(ledger.about, Place(tmp_path), ())
    assert (again.config.data.train, again.config.tracking.uri) == (SIGNED, STORE)
    assert not any("ledger" in text for text in ledger.about["overrides"])


def test_what_is_forced_on_the_search_alone_is_no_part_of_a_training(rows_file: Path, tmp_path: Path) -> None:
    _, ledger = secretive(rows_file, tmp_path)
    ledger.note("overrides", [*ledger.about["overrides"], "++train.learning_rate=1e-4"])
    command = write_summary(ledger, tmp_path)["best"]["command"]
    assert "tracking" not in command
    assert command.count("train.learning_rate=") == 1
    assert not compose(shlex.split(command)[2:]).problems
