"""Every mistake in a space is said, at its place, with what was got and what is allowed."""

from typing import Any

import pytest
import yaml

from hpo.space import CategoricalDimension, Condition, FloatDimension, IntDimension, Space, TrialSchema, named_options
from models.errors import InputError
from models.spec import LoraTuning, TrainParams

GOOD = """
train:
  learning_rate: {low: 1e-5, high: 1e-3, log: true}
  batch_size: {choices: [8, 16, 32]}
  epochs: {low: 1, high: 4}
  weight_decay: {low: 0.0, high: 0.1, step: 0.01}
  warmup_fraction: 0.1
  early_stopping_patience: {choices: [null, 2]}
model: {choices: [minilm, tiny]}
tuning:
  alpha: {low: 1, high: 64, when: {tuning.rank: {low: 8}}}
  rank: {low: 2, high: 64, log: true, when: {tuning: lora}}
  targets: {choices: [[query, value], [query, key, value]], when: {tuning: lora}}
  choices: [full, lora]
"""
LORA = "tuning: {choices: [full, lora], %s}"


def parse(text: str, schema: TrialSchema) -> Space:
    return Space.parse(yaml.safe_load(text), schema)


def test_the_example_of_the_documentation(schema: TrialSchema) -> None:
    space = parse(GOOD, schema)
    assert space.fixed == {"train.warmup_fraction": 0.1}
    assert space["train.learning_rate"] == FloatDimension.make("train.learning_rate", 1e-5, 1e-3, log=True)
    assert space["train.epochs"] == IntDimension.make("train.epochs", 1, 4)
    assert space["tuning"] == CategoricalDimension("tuning", choices=("full", "lora"), group=True)
    assert space["tuning.alpha"].when == (Condition("tuning.rank", low=8.0),)
    assert space["tuning.rank"].when == (Condition("tuning", values=("lora",)),)
    assert space["tuning.targets"].values() == (["query", "value"], ["query", "key", "value"])
    order = space.names
    assert order.index("tuning") < order.index("tuning.rank") < order.index("tuning.alpha")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        # Where
        (
            "output_dir: x",
            "space.output_dir: is not a part of the trial's config (allowed: data, model, tuning, train)",
        ),
        ("train: {low: 1, high: 2}", "space.train: is not a config group with options, got a dimension"),
        (
            "train: {learning_rat: {low: 1, high: 2}}",
            "space.train.learning_rat: there is no such key in the trial's config (nearest: train.learning_rate)",
        ),
        ("train: {seed: {low: 1, high: 2}, lr: 3}", "space.train.lr: there is no such key in the trial's config"),
        ("{}", "space: nothing varies: there is no dimension"),
        ("train: {seed: 3}", "space: nothing varies: there is no dimension"),
        # Shape
        ("train: {seed: {low: 1}}", "space.train.seed: high must be given, got only low (a dimension is {low, high"),
        ("train: {seed: {log: true}}", "space.train.seed: low, high must be given, got only log"),
        (
            "train: {seed: {choices: [1], low: 0}}",
            "space.train.seed: choices cannot be combined with a range, got low, choices",
        ),
        ("train: {seed: {value: 1, when: {tuning: lora}}}", "space.train.seed: value stands alone, got when, value"),
        # Ranges
        (
            "train: {learning_rate: {low: 1e-3, high: 1e-5}}",
            "space.train.learning_rate: low must be less than high, got low 0.001 and high 1e-05",
        ),
        ("train: {seed: {low: 4, high: 4}}", "space.train.seed: low must be less than high, got low 4 and high 4"),
        (
            "train: {weight_decay: {low: 0, high: 0.1, log: true}}",
            "space.train.weight_decay: a log range needs low > 0, got 0",
        ),
        (
            "train: {weight_decay: {low: 0.1, high: 0.2, log: true, step: 0.1}}",
            "space.train.weight_decay: log and step cannot be combined, got step 0.1",
        ),
        ("train: {seed: {low: 1, high: 9, log: 3}}", "space.train.seed: log must be true or false, got 3"),
        ("train: {seed: {low: 1, high: 9, step: 0}}", "space.train.seed: step must be > 0, got 0"),
        ("train: {seed: {low: 1, high: 3, step: 5}}", "space.train.seed: step must be at most high - low = 2, got 5"),
        (
            "train: {seed: {low: 1, high: 10, step: 4}}",
            "space.train.seed: high - low must be a whole number of steps, got 2.25 steps of 4; "
            "the last value would be 9, not 10",
        ),
        (
            "train: {weight_decay: {low: 0, high: 0.1, step: 0.03}}",
            "space.train.weight_decay: high - low must be a whole number of steps, got 3.333 steps of 0.03; "
            "the last value would be 0.09, not 0.1",
        ),
        (
            "train: {adam_epsilon: {low: .nan, high: 1}}",
            "space.train.adam_epsilon: low must be a finite number, got nan",
        ),
        (
            "train: {weight_decay: {low: 0, high: .inf}}",
            "space.train.weight_decay: high must be a finite number, got inf",
        ),
        # Types
        ("train: {epochs: {low: 1.5, high: 4}}", "space.train.epochs: low must be a whole number, got 1.5 (a number)"),
        ("train: {epochs: {low: 1, high: four}}", "space.train.epochs: high must be a whole number, got four (text)"),
        (
            "train: {precision: {low: 1, high: 2}}",
            "space.train.precision: a range needs a number, but the field is text; give choices",
        ),
        (
            "train: {length_bucketing: {choices: ['yes']}}",
            "space.train.length_bucketing: choice yes: must be true or false, got yes (text)",
        ),
        (
            "train: {batch_size: {choices: [8, true]}}",
            "space.train.batch_size: choice true: must be a whole number, got true (true or false)",
        ),
        (
            "train: {batch_size: {choices: [8, null]}}",
            "space.train.batch_size: choice null: must be a whole number, got null",
        ),
        ("train: {warmup_fraction: high}", "space.train.warmup_fraction: must be a number, got high (text)"),
        # Limits
        ("train: {epochs: {low: 0, high: 4}}", "space.train.epochs: low must be >= 1, got 0"),
        ("train: {adam_beta1: {low: 0.5, high: 1}}", "space.train.adam_beta1: high must be >= 0 and < 1, got 1.0"),
        ("train: {batch_size: {choices: [0, 8]}}", "space.train.batch_size: choice 0: must be >= 1, got 0"),
        (
            "train: {precision: {choices: [fp8]}}",
            "space.train.precision: choice fp8: must be one of auto, bf16, fp16, fp32",
        ),
        ("train: {warmup_fraction: 1.5}", "space.train.warmup_fraction: must be >= 0 and < 1, got 1.5"),
        # Choices
        ("train: {batch_size: {choices: []}}", "space.train.batch_size: choices must not be empty"),
        ("train: {batch_size: {choices: 8}}", "space.train.batch_size: choices must be a list, got 8"),
        ("train: {batch_size: {choices: [8, 8]}}", "space.train.batch_size: choices must differ, got 8 more than once"),
        (
            "data: {labels: {choices: [[a], [a]]}}",
            "space.data.labels: choices must differ, got [a] more than once",
        ),
        # Config groups
        ("model: {choices: [minilm, tny]}", "space.model: there is no option tny; allowed: minilm, tiny"),
        ("model: tny", "space.model: there is no option tny (allowed: minilm, tiny)"),
        (
            "model: {low: 1, high: 2}",
            "space.model: is a config group: give choices among minilm, tiny, not a range",
        ),
        ("data: {choices: [a]}", "space.data: is not a config group with options, got a dimension"),
        (
            LORA % "rank: {low: 2, high: 4}",
            "space.tuning.rank: exists only when tuning is lora, but may be asked for with full "
            "(add when: {tuning: lora})",
        ),
        (
            LORA % "rank: {low: 2, high: 4, when: {tuning: [lora, full]}}",
            "space.tuning.rank: exists only when tuning is lora, but may be asked for with full",
        ),
        (
            LORA % "alpha: 3",
            "space.tuning.alpha: exists only when tuning is lora, but may be asked for with full "
            "({choices: [3], when: {tuning: lora}})",
        ),
        ("tuning: {rank: {low: 2, high: 4}}", "space.tuning.rank: there is no such key in the trial's config"),
        (
            LORA % "rang: {low: 2, high: 4}",
            "space.tuning.rang: there is no such key in the trial's config (nearest: tuning.rank)",
        ),
        # Conditions
        (
            "train: {seed: {low: 1, high: 2, when: {train.sed: 1}}}",
            "space.train.seed.when.train.sed: is not a dimension of the space (nearest: train.seed)",
        ),
        (
            "train: {seed: {low: 1, high: 2, when: {train.epochs: 1}}, epochs: 3}",
            "space.train.seed.when.train.epochs: is fixed to 3, so a condition on it never changes",
        ),
        (
            LORA % "rank: {low: 2, high: 4, when: {tuning: lra}}",
            "space.tuning.rank.when.tuning: can never be lra; it is one of full, lora",
        ),
        (
            "train: {seed: {low: 1, high: 2, when: {train.epochs: {low: 5}}}, epochs: {low: 1, high: 4}}",
            "space.train.seed.when.train.epochs: never holds: train.epochs is at least 5, but it is 1 to 4",
        ),
        (
            "train: {seed: {low: 1, high: 2, when: {train.epochs: [2, 5]}}, epochs: {low: 1, high: 4}}",
            "space.train.seed.when.train.epochs: can never be 5; it is 1 to 4",
        ),
        (
            "train: {seed: {low: 1, high: 2, when: {train.epochs: {low: 3, high: 2}}}, epochs: {low: 1, high: 4}}",
            "space.train.seed.when.train.epochs: low must not be more than high, got low 3 and high 2",
        ),
        (
            "train: {seed: {low: 1, high: 2, when: {train.epochs: {max: 3}}}, epochs: {low: 1, high: 4}}",
            "space.train.seed.when.train.epochs: a range takes low and high, got [max]",
        ),
        (
            "train: {seed: {low: 1, high: 2, when: train.epochs}, epochs: {low: 1, high: 4}}",
            "space.train.seed.when: must map a dimension's name to a value, a list or a range, got train.epochs",
        ),
        (
            "train: {seed: {choices: [1], when: {train.epochs: 1}}, epochs: {choices: [1], when: {train.seed: 1}}}",
            "space.train.seed.when: conditions in a circle: train.seed -> train.epochs -> train.seed",
        ),
        (
            "train: {seed: {low: 1, high: 2, when: {train.seed: 1}}}",
            "space.train.seed.when: conditions in a circle: train.seed -> train.seed",
        ),
    ],
)
def test_mistakes(text: str, message: str, schema: TrialSchema) -> None:
    with pytest.raises(InputError) as caught:
        parse(text, schema)
    assert [line for line in str(caught.value).splitlines() if line.startswith(message)], str(caught.value)
    assert len(caught.value.problems) == 1, str(caught.value)


def test_all_mistakes_together(schema: TrialSchema) -> None:
    text = """
    output_dir: x
    model: {choices: [minilm, tny]}
    train: {epochs: {low: 0, high: 4}, adam_beta1: {low: 0.5}, sed: 3, seed: {low: 1, high: 2, when: {train.a: 1}}}
    """
    with pytest.raises(InputError) as caught:
        parse(text, schema)
    assert [problem.where for problem in caught.value.problems] == [
        "space.output_dir",
        "space.train.adam_beta1",
        "space.model",
        "space.train.epochs",
        "space.train.sed",
        "space.train.seed.when.train.a",
    ]


def test_numbers_that_yaml_reads_as_text(schema: TrialSchema) -> None:
    space = Space.parse(
        {"train": {"learning_rate": {"low": "1e-5", "high": "1e-3"}, "epochs": {"low": "1", "high": 3}}}, schema
    )
    assert space["train.learning_rate"].distribution == FloatDimension.make("_", 1e-5, 1e-3).distribution
    assert space["train.epochs"].distribution == IntDimension.make("_", 1, 3).distribution


def test_a_range_on_an_optional_int_is_an_int(schema: TrialSchema) -> None:
    assert isinstance(parse("train: {max_steps: {low: 10, high: 20}}", schema)["train.max_steps"], IntDimension)


def test_int_ends_on_a_float_field_make_a_float(schema: TrialSchema) -> None:
    space = parse("train: {weight_decay: {low: 0, high: 1}}", schema)
    assert isinstance(space["train.weight_decay"], FloatDimension)


def test_a_fixed_option_has_its_own_keys(schema: TrialSchema) -> None:
    space = parse("tuning: {value: lora, rank: {low: 2, high: 4}}", schema)
    assert space.fixed == {"tuning": "lora"}
    assert space.names == ("tuning.rank",)


def test_the_base_configs_own_keys_count_when_its_group_is_not_searched() -> None:
    schema = TrialSchema({"tuning": LoraTuning(), "train": TrainParams()})
    assert parse("tuning: {rank: {low: 2, high: 4}}", schema).names == ("tuning.rank",)


def test_the_group_may_be_implied_through_another_dimension(schema: TrialSchema) -> None:
    space = parse(
        LORA % "rank: {low: 2, high: 8, when: {tuning: lora}}, alpha: {low: 1, high: 2, when: {tuning.rank: 4}}", schema
    )
    assert space.names == ("tuning", "tuning.rank", "tuning.alpha")


def test_a_condition_on_a_list_is_that_list_or_a_list_of_values(schema: TrialSchema) -> None:
    text = """
    data: {labels: {choices: [[a, b], [c], null]}}
    train: {seed: {low: 1, high: 2, when: {data.labels: %s}}}
    """
    assert parse(text % "[a, b]", schema)["train.seed"].when == (Condition("data.labels", values=(["a", "b"],)),)
    assert parse(text % "[[c], null]", schema)["train.seed"].when == (Condition("data.labels", values=(["c"], None)),)


def test_an_option_that_is_known_but_has_not_this_limit(schema: TrialSchema) -> None:
    """Both options have `dropout`; a value must be within the limits of each."""
    text = "model: {choices: [minilm, tiny], dropout: {low: 0, high: 1}}"
    with pytest.raises(InputError, match=r"space.model.dropout: high must be >= 0 and < 1, got 1.0"):
        parse(text, schema)


@pytest.mark.parametrize(
    ("tree", "named"),
    [
        ({"model": {"choices": ["a", "b"]}, "train": {"seed": 1}}, {"model": ["a", "b"]}),
        ({"model": "a", "tuning": {"value": "b"}}, {"model": ["a"], "tuning": ["b"]}),
        ({"model": {"choices": "a"}, "tuning": None, "data": {"choices": [1]}}, {}),
    ],
)
def test_named_options(tree: dict[str, Any], named: dict[str, list[str]]) -> None:
    assert named_options(tree) == named
