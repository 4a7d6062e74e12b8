"""A person's own folder of options goes with every way to train a configuration again."""

import shlex
from pathlib import Path

import pytest

from hpo.again import SCHEDULED, again
from hpo.begin import begin
from hpo.check import check, training_of
from hpo.commands.export import _training
from hpo.commands.hydra_flags import composed
from hpo.config.compose import compose
from hpo.ledger import Ledger, Outcome
from hpo.place import Place
from hpo.population.export import schedule_of
from hpo.results import train_command, weights_dir
from hpo.trained import CARD, find_trained
from hpo.unfinished import FLAG, unfinished, write_start
from models.training import Evaluation, train

OPTION = "defaults: [/schema/model/tiny@_here_]\npooling: mean\nhidden_size: 24\n"


@pytest.fixture
def ledger(rows_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ledger:
    """A sweep of the person's own model, begun from the folder's parent, with one trial."""
    (tmp_path / "mine" / "model").mkdir(parents=True)
    (tmp_path / "mine" / "model" / "own.yaml").write_text(OPTION)
    monkeypatch.chdir(tmp_path)
    given = ["model=own", "model.layers=1", "data=json", f"data.train={rows_file}", f"output_dir={tmp_path}"]
    more = ["sweep.name=first", "space=none", "space.tuning={choices: [full, lora]}", "tuning=lora", "tuning.rank=4"]
    ledger = begin(check(compose([*given, *more], "mine")))
    trial = ledger.study.ask()
    record = ledger.start(trial.number, {"tuning": "lora"})
    entry = {"step": 1, "epoch": 1.0, "metrics": {"accuracy": 0.5}, "last": True, "train_loss": 1.0}
    ledger.evaluate(trial.number, {**entry, "learning_rate": 0.1, "samples_per_s": 1.0}, 0.5)
    ledger.end(ledger.trial(record.number), Outcome())
    monkeypatch.chdir("/")  # Where the folder is not.
    return ledger


def check_own(arguments: list[str]) -> None:
    found = composed(arguments)
    assert not found.problems
    assert (found.config.model.hidden_size, found.config.model.layers, found.config.tuning.rank) == (24, 1, 4)


def test_it_is_in_the_command(ledger: Ledger) -> None:
    check_own(shlex.split(train_command(ledger.about, {"tuning": "lora"}))[2:])


def test_a_trial_again_has_it(ledger: Ledger, tmp_path: Path) -> None:
    found = again(["--from", "first", f"output_dir={tmp_path}"])
    assert found is not None
    check_own(found.arguments)
    (tmp_path / "moved").symlink_to(tmp_path / "mine")
    other = again(["--from", "first", f"output_dir={tmp_path}", "--config-dir", str(tmp_path / "moved")])
    assert other is not None
    assert composed(other.arguments).config_dir == str(tmp_path / "moved")
    check_own(other.arguments)


def test_a_schedule_has_it(ledger: Ledger, tmp_path: Path) -> None:
    found = again([SCHEDULED, str(schedule_of(ledger, 0).write(tmp_path))])
    assert found is not None
    check_own(found.arguments)


def test_the_rows_for_an_export_are_found_with_it(ledger: Ledger, tmp_path: Path) -> None:
    weights = weights_dir(tmp_path / "first", 0)
    weights.mkdir(parents=True)
    (weights / CARD).write_text("{}")
    spec = _training(find_trained("first", Place(tmp_path)), tmp_path)
    assert spec.model.hidden_size == 24


def test_a_training_that_goes_on_has_it(rows_file: Path, tmp_path: Path) -> None:
    (tmp_path / "mine" / "model").mkdir(parents=True)
    (tmp_path / "mine" / "model" / "own.yaml").write_text(OPTION)
    given = ["model=own", "model.layers=1", "tuning=lora", "tuning.rank=4", "data=json", f"data.train={rows_file}"]
    write_start(tmp_path, given, str(tmp_path / "mine"))
    spec, _ = training_of(compose([*given, "train.checkpoint_every_steps=1"], str(tmp_path / "mine")))

    def leave(evaluation: Evaluation) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(spec, leave, tmp_path)
    found = unfinished([FLAG, str(tmp_path)])
    assert found is not None
    check_own(found.arguments)
