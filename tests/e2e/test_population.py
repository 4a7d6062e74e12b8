"""Population based training with real Ray: weights change hands, and the schedule of the best leads to it again."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from hpo.ledger import Ledger, State, ledger_url
from hpo.lineage import lineage
from tests.chaos.driving import ENVIRONMENT
from tests.search_alone import SEARCH_ALONE

HPO = str(Path(sys.executable).with_name("hpo"))
EPOCHS, POPULATION = 4, 4
pytestmark = pytest.mark.e2e


def hpo(*words: str) -> str:
    done = subprocess.run([HPO, *words], env=ENVIRONMENT, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def swept(rows_file: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    output = tmp_path_factory.mktemp("outputs")
    said = hpo(
        *("sweep", "model=tiny", "data=json", f"data.train={rows_file}", "data.max_length=32", f"output_dir={output}"),
        *("sweep.name=pbt", f"sweep.trials={POPULATION}", f"scheduler.population={POPULATION}", "scheduler=pbt"),
        *("space=pbt", "sweep.baselines=false", *SEARCH_ALONE, "slots.count=2", "slots.cpus=1"),
        *("train.batch_size=8", f"train.epochs={EPOCHS}", "train.precision=fp32", "sweep.metric=loss"),
        *("sampler=random", "sweep.start_first=false", "scheduler.resample=0", "trial.checkpoint_every_s=1000"),
    )
    return output, said


def test_every_member_ends_whole_and_some_took_weights_over(swept: tuple[Path, str]) -> None:
    records = Ledger.open(ledger_url(swept[0]), "pbt").trials()
    assert [record.state for record in records] == [State.COMPLETE] * POPULATION
    assert all(record.epochs == EPOCHS for record in records)
    assert sum(len(record.exploits) for record in records) >= 2
    assert not (swept[0] / "pbt" / "population").exists(), "nobody needs the checkpoints any more"
    assert not [*swept[0].rglob("checkpoints")]


def test_what_follows_comes_from_the_weights_of_the_source(swept: tuple[Path, str]) -> None:
    """Trained again from the first step through its lineage, each taker measures the same at every step since."""
    output, _ = swept
    records = Ledger.open(ledger_url(output), "pbt").trials()
    taker = max((record for record in records if record.exploits), key=lambda record: len(record.exploits))
    said = hpo("train", "--from", "pbt", "--trial", str(taker.number), f"output_dir={output}")
    result = json.loads(next(output.glob("train-*/result.json")).read_text())
    course = lineage({record.number: record for record in records}, taker.number)
    assert len(course) > 1
    since = course[-1].steps
    before = {entry["step"]: entry["metrics"] for entry in records[course[-2].trial].evaluations}
    after = {entry["step"]: entry["metrics"] for entry in taker.evaluations if entry["step"] > since}
    found = {entry["step"]: entry["metrics"] for entry in result["evaluations"]}
    assert found[since] == pytest.approx(before[since], abs=1e-6), "the source's, when its weights were taken"
    for step, metrics in after.items():
        assert found[step] == pytest.approx(metrics, abs=1e-6)
    assert f"trial {taker.number}" in said


def test_the_schedule_of_the_best_is_a_file_that_trains_it_again(swept: tuple[Path, str], tmp_path: Path) -> None:
    output, said = swept
    summary = json.loads((output / "pbt" / "summary.json").read_text())
    best = summary["best"]
    file = output / "pbt" / "schedule.json"
    schedule = json.loads(file.read_text())
    assert schedule["trial"] == best["number"]
    assert schedule["schedule"] == best.get("schedule", schedule["schedule"])
    hpo("train", "--schedule", str(file), f"output_dir={tmp_path}")
    result = json.loads(next(tmp_path.glob("train-*/result.json")).read_text())
    record = Ledger.open(ledger_url(output), "pbt").trials()[best["number"]]
    since = schedule["schedule"][-1]["steps"]
    again = {entry["step"]: entry["metrics"] for entry in result["evaluations"] if entry["step"] > since}
    told = {entry["step"]: entry["metrics"] for entry in record.evaluations if entry["step"] > since}
    assert again == {step: pytest.approx(metrics, abs=1e-6) for step, metrics in told.items()}
    assert f"best: trial {best['number']}" in said


def test_why_is_explained(swept: tuple[Path, str]) -> None:
    said = hpo("explain", "pbt", "--json", "--output-dir", str(swept[0]))
    told = [decision for decision in json.loads(said)["decisions"] if "exploit" in decision["numbers"]]
    assert told
    assert all("takes over the weights of trial" in decision["reason"] for decision in told)
