import json
from typing import Any

import optuna
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from optuna.trial import FixedTrial

from hpo.space import (
    CategoricalDimension,
    Condition,
    Dimension,
    FloatDimension,
    IntDimension,
    Space,
    TrialSchema,
    space_from_dict,
    space_to_dict,
)
from models.errors import InputError

LORA = (Condition("tuning", values=("lora",)),)


@pytest.fixture
def space() -> Space:
    return Space(
        (
            CategoricalDimension("tuning", choices=("full", "lora"), group=True),
            FloatDimension.make("train.weight_decay", 0.0, 0.1, step=0.05),
            IntDimension("tuning.rank", LORA, ends=IntDimension.make("_", 2, 4).ends),
            CategoricalDimension("tuning.targets", (Condition("tuning.rank", low=3),), choices=(["q"], ["q", "v"])),
        ),
        {"train.seed": 1},
    )


@st.composite
def spaces(draw: st.DrawFn) -> Space:
    """Any space of up to six dimensions, each of which may depend on earlier ones."""
    made: list[Dimension] = []
    for index in range(draw(st.integers(1, 6))):
        name = f"train.d{index}"
        when = tuple(condition(draw, draw(st.sampled_from(made)))) if made and draw(st.booleans()) else ()
        made.append(dimension(draw, name, when))
    return Space(tuple(made), draw(st.dictionaries(st.sampled_from(["train.x", "train.y"]), st.integers())))


def dimension(draw: st.DrawFn, name: str, when: tuple[Condition, ...]) -> Dimension:
    match draw(st.sampled_from(["float", "log", "step", "int", "choices"])):
        case "float":
            low = draw(st.floats(-100, 100))
            return FloatDimension(name, when, ends=FloatDimension.make("_", low, low + draw(st.floats(0.1, 50))).ends)
        case "log":
            low = 10 ** draw(st.floats(-8, 0))
            return FloatDimension(name, when, ends=FloatDimension.make("_", low, low * 100, log=True).ends)
        case "step":
            step, low = draw(st.sampled_from([0.1, 0.05, 0.3])), draw(st.integers(-3, 3))
            ends = FloatDimension.make("_", float(low), low + draw(st.integers(1, 8)) * step, step=step).ends
            return FloatDimension(name, when, ends=ends)
        case "int":
            low, log = draw(st.integers(1, 20)), draw(st.booleans())
            ends = IntDimension.make("_", low, low + draw(st.integers(1, 20)), log=log).ends
            return IntDimension(name, when, ends=ends)
    choices = draw(
        st.lists(
            st.one_of(st.none(), st.text(max_size=3), st.lists(st.integers(), max_size=2)),
            min_size=1,
            max_size=4,
            unique_by=repr,
        )
    )
    return CategoricalDimension(name, when, choices=tuple(choices))


def condition(draw: st.DrawFn, on: Dimension) -> list[Condition]:
    if isinstance(on, CategoricalDimension):
        return [
            Condition(on.name, values=tuple(draw(st.lists(st.sampled_from(on.choices), min_size=1, unique_by=repr))))
        ]
    assert isinstance(on, (FloatDimension, IntDimension))
    return [Condition(on.name, low=(on.low + on.high) / 2)]


def ask(space: Space, seed: int) -> tuple[dict[str, Any], dict[str, Any]]:
    trial = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=seed)).ask()
    return space.suggest(trial), trial.params


@given(spaces(), st.integers(0, 99))
@settings(max_examples=60, deadline=None)
def test_any_space_suggests_points_of_its_own(space: Space, seed: int) -> None:
    params, stored = ask(space, seed)
    assert space.contains(params) == []
    assert space.encode(params) == pytest.approx(stored)
    assert space.decode(stored) == params
    assert space.suggest(FixedTrial(space.encode(params))) == params
    assert {d.name for d in space.active(params)} == set(params)


@given(spaces())
@settings(max_examples=60, deadline=None)
def test_any_space_survives_json(space: Space) -> None:
    again = space_from_dict(json.loads(json.dumps(space_to_dict(space))))
    assert again == space
    assert again.to_distributions() == space.to_distributions()
    assert ask(again, 0) == ask(space, 0)


@given(spaces())
@settings(max_examples=60, deadline=None)
def test_a_grid_has_each_point_once(space: Space) -> None:
    if any(dimension.size is None for dimension in space.dimensions):
        with pytest.raises(InputError, match="a grid needs a finite list"):
            space.grid_size()
        return
    if space.grid_size() > 5000:
        return
    points = [json.dumps(point, sort_keys=True) for point in space.grid()]
    assert len(points) == len(set(points)) == space.grid_size()
    assert all(space.contains(json.loads(point)) == [] for point in points)


def test_inactive_dimensions_do_not_multiply_the_grid(space: Space) -> None:
    assert space.grid_size() == 3 * (1 + 1 + 2 * 2)
    assert list(space.grid())[:2] == [
        {"tuning": "full", "train.weight_decay": 0.0},
        {"tuning": "full", "train.weight_decay": 0.05},
    ]


def test_a_condition_on_an_inactive_dimension_is_false(space: Space) -> None:
    with_stray = {"tuning": "full", "train.weight_decay": 0.0, "tuning.rank": 4}
    assert [d.name for d in space.active(with_stray)] == ["tuning", "train.weight_decay"]


@pytest.mark.parametrize(
    ("params", "said"),
    [
        ({"tuning": "full"}, ["train.weight_decay: has no value"]),
        ({"tuning": "full", "train.weight_decay": 0.2}, ["train.weight_decay: 0.2 is not in 0 to 0.1"]),
        (
            {"tuning": "full", "train.weight_decay": 0, "tuning.rank": 2},
            ["tuning.rank: is not part of this trial (only when tuning is lora)"],
        ),
        (
            {"tuning": "full", "train.weight_decay": 0, "tuning.rang": 2},
            ["tuning.rang: is not a dimension of the space (nearest: tuning.rank)"],
        ),
    ],
)
def test_contains_says_what_is_wrong(params: dict[str, Any], said: list[str], space: Space) -> None:
    assert [str(problem) for problem in space.contains(params)] == said


def test_the_start_is_the_config_as_it_stands(space: Space) -> None:
    values = {"tuning": "lora", "tuning.rank": 4, "tuning.targets": ["q"], "train.weight_decay": 0.05, "train.seed": 9}
    assert space.start(values).params == {
        "tuning": "lora",
        "train.weight_decay": 0.05,
        "tuning.rank": 4,
        "tuning.targets": ["q"],
    }
    assert space.start({**values, "tuning": "full"}).params == {"tuning": "full", "train.weight_decay": 0.05}


def test_a_start_outside_the_space_is_not_clipped(space: Space) -> None:
    start = space.start({"tuning": "lora", "tuning.rank": 8, "tuning.targets": None, "train.weight_decay": 0.05})
    assert start.params is None
    assert start.reason == "tuning.rank: 8 is not in 2 to 4; tuning.targets: null is not in [q], [q, v]"


def test_the_start_of_a_real_config(schema: TrialSchema) -> None:
    tree = {
        "train": {"learning_rate": {"low": 1e-5, "high": 1e-3}, "epochs": {"low": 1, "high": 4}},
        "tuning": {"choices": ["full", "lora"]},
    }
    start = Space.parse(tree, schema).start(schema.values({"model": "minilm", "tuning": "full"}))
    assert start.params == {"train.learning_rate": 2e-5, "train.epochs": 3, "tuning": "full"}


def test_groups_are_told_from_keys(space: Space) -> None:
    groups, keys = space.split_groups({"tuning": "lora", "tuning.rank": 3})
    assert groups == {"tuning": "lora"}
    assert keys == {"train.seed": 1, "tuning.rank": 3}


def test_description(space: Space) -> None:
    rows = [(row.name, row.kind, row.extent, row.scale, row.condition) for row in space.describe()]
    assert rows == [
        ("tuning", "option", "full, lora", "choices", ""),
        ("train.weight_decay", "float", "0 to 0.1", "step 0.05", ""),
        ("tuning.rank", "int", "2 to 4", "linear", "tuning is lora"),
        ("tuning.targets", "categorical", "[q], [q, v]", "choices", "tuning.rank is at least 3"),
    ]
