"""`hpo train --from`: a sweep's trial again, to the last digit."""

import json
from pathlib import Path
from typing import Any

import pytest

from hpo.ledger import Ledger, ledger_url
from tests.hpo.commands.conftest import Hpo, Swept

pytestmark = pytest.mark.e2e
TIMES = ("train_s", "eval_s", "samples_per_s", "peak_memory_mib", "weights", "wait_s", "last", "at", "seq", "system")


def measured(evaluations: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What does not depend on the machine's speed and memory."""
    return [{key: value for key, value in one.items() if key not in TIMES} for one in evaluations]


def result_of(stdout: str) -> dict[str, Any]:
    folder = Path(stdout.splitlines()[-1].removeprefix("weights: "))
    return json.loads((folder.parent / "result.json").read_text())


def test_every_trial_comes_out_again_to_the_last_digit(hpo: Hpo, swept: Swept) -> None:
    records = Ledger.open(ledger_url(swept.output), "first").trials()
    complete = [record for record in records if record.state.value == "complete"]
    pruned = [record for record in records if record.state.value == "pruned"]
    assert {record.params["tuning"] for record in records} == {"full", "lora"}
    by_strategy = {record.params["tuning"]: record for record in complete}
    assert by_strategy
    for record in [*by_strategy.values(), *pruned[:1]]:
        done = hpo("train", "--from", "first", "--trial", record.number, HPO_OUTPUT_DIR=str(swept.output))
        assert done.returncode == 0, done.stdout + done.stderr
        found = result_of(done.stdout)
        evaluations = measured(found["evaluations"])
        assert evaluations[: len(record.evaluations)] == measured(record.evaluations)
        assert f"trial {record.number} of first ({record.state.value}" in done.stdout
        if record in complete:
            assert "to the last digit" in done.stdout
            assert found["best_value"] == record.value
            assert found["precision"] == record.facts["precision"]


def test_the_best_by_default_and_own_overrides_win(hpo: Hpo, swept: Swept) -> None:
    done = hpo("train", "--from", "first", "train.epochs=1", f"output_dir={swept.output}")
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"trial {swept.best} of first" in done.stdout
    assert "changed: train.epochs=1" in done.stdout
    found = result_of(done.stdout)
    assert [one["epoch"] for one in found["evaluations"]] == [1.0]
    assert found["metric"] == "accuracy"
    assert hpo("predict", Path(found["weights"]).parent, "--text", "x", "--json").stdout.startswith('{"text": "x"')


def test_config_is_shown_without_training(hpo: Hpo, swept: Swept) -> None:
    trial = swept.summary["trials"][3]
    shown = hpo("train", "--from", "first", "--trial", 3, "--cfg", "job", HPO_OUTPUT_DIR=str(swept.output)).stdout
    assert f"learning_rate: {trial['params']['train.learning_rate']}" in shown
    assert f"name: {trial['params']['tuning']}" in shown
    assert "hpo train --from NAME --trial 7" in hpo("train", "--help").stdout


@pytest.mark.parametrize(
    ("arguments", "piece"),
    [
        (["--from", "nosuch"], "no sweep called 'nosuch'"),
        (["--from", "first", "--trial", "6"], "must be a trial of first, 0 to 5, got 6"),
        (["--trial", "2"], "--from NAME"),
        (["--from", "first", "train.epochz=1"], "train.epochs"),
    ],
)
def test_mistakes_are_told(hpo: Hpo, swept: Swept, arguments: list[str], piece: str) -> None:
    done = hpo("train", *arguments, HPO_OUTPUT_DIR=str(swept.output))
    assert done.returncode == 2, done.stdout
    assert piece in done.stderr
