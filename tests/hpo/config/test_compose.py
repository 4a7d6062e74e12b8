import pytest

from hpo.config.compose import compose
from hpo.config.resolve import resolve
from hpo.errors import InputError


def problems(*overrides: str) -> list[str]:
    return [str(problem) for problem in resolve(compose(overrides)).problems]


def test_every_bad_override_is_reported_and_the_good_ones_are_taken() -> None:
    composed = compose(["model=minlm", "trian.epochs=3", "train.epochs=abc", "sweep.trials=7", "sweep.seed=x"])
    assert [problem.where for problem in composed.problems] == ["model", "trian.epochs", "train.epochs", "sweep.seed"]
    assert composed.config.sweep.trials == 7


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("model=minlm", "model: no option 'minlm' (options: bert-base, "),
        ("train.epoch=3", "train.epoch: no such key (nearest keys: train.epochs, "),
        ("train.epochs=abc", "train.epochs: Value 'abc' of type 'str' could not be converted to Integer"),
        ("train.learning_rate=-1", "train.learning_rate: must be > 0 and <= 1, got -1.0"),
        ("train.lr_schedule=linaer", "train.lr_schedule: must be one of linear, cosine"),
        ("+train.epocs=3", "train.epocs: no such key (nearest keys: epochs)"),
        ("learning_rate=1", "learning_rate: no such key (nearest keys: train.learning_rate"),
        ("train.epochs=1,2", "train.epochs=1,2: a value to set is one value, got several"),
        ("epochs", "epochs: not an override (write key=value"),
        ("model=hub", "model.id: must be given"),
    ],
)
def test_message_says_where_what_and_what_is_allowed(override: str, message: str) -> None:
    (found,) = problems(override)
    assert found.startswith(message)


def test_new_dimension_needs_no_plus() -> None:
    composed = compose(["space.train.label_smoothing={low: 0, high: 0.2}", "space.train.learning_rate.high=1e-4"])
    assert composed.config.space.train.label_smoothing == {"low": 0, "high": 0.2}
    before = compose([]).config.space.train.learning_rate
    assert composed.config.space.train.learning_rate == {**before, "high": 1e-4}


def test_command_line_wins_over_a_preset() -> None:
    assert resolve(compose(["experiment=smoke", "model=minilm", "train.epochs=7"])).config.model.name == "minilm"


def test_options_of_a_searched_group_are_composed_with_the_persons_values() -> None:
    resolved = resolve(compose(["space.model.choices=[minilm,tiny]", "model.dropout=0.3"]))
    assert {name: model.dropout for name, model in resolved.schema.options["model"].items()} == {
        "minilm": 0.3,
        "tiny": 0.3,
    }


def test_own_folder_of_options(tmp_path) -> None:
    (tmp_path / "experiment").mkdir()
    text = "# @package _global_\nsweep: {trials: 3}\n"
    (tmp_path / "experiment" / "mine.yaml").write_text(text)
    assert compose(["experiment=mine"], str(tmp_path)).config.sweep.trials == 3


def test_mistake_in_a_file_is_named_with_the_file(tmp_path) -> None:
    (tmp_path / "experiment").mkdir()
    (tmp_path / "experiment" / "mine.yaml").write_text("# @package _global_\ntrain: {epocs: 3}\n")
    (problem,) = compose(["experiment=mine"], str(tmp_path)).problems
    assert problem.where == "train.epocs"
    assert problem.message == "Key 'epocs' not in 'TrainParams'"


def test_interpolation_that_leads_nowhere() -> None:
    with pytest.raises(InputError, match=r"model\.name"):
        resolve(compose(["model.name=${nothing.here}"]))


def test_environment_names_the_output_folder(monkeypatch) -> None:
    monkeypatch.setenv("HPO_OUTPUT_DIR", "/elsewhere")
    assert resolve(compose([])).config.output_dir == "/elsewhere"
    assert resolve(compose(["output_dir=here"])).config.output_dir == "here"
