"""What a person believes is read, kept, drawn from, and never believed wholly."""

import json
import math
from typing import Any

import numpy as np
import pytest
import yaml

from hpo.space import (
    CategoricalDimension,
    Condition,
    FloatDimension,
    IntDimension,
    Space,
    TrialSchema,
    space_from_dict,
    space_to_dict,
)
from hpo.space.beliefs import far_beliefs
from hpo.space.prior import DOUBT, Bump, ChoicePrior, NumberPrior
from models.errors import InputError

RATE = "train: {learning_rate: {low: 1e-5, high: 1e-1, log: true, prior: %s}}"
DECAY = "train: {weight_decay: {low: 0.0, high: 0.1, prior: %s}}"
KIND = "train: {lr_schedule: {choices: [linear, cosine, constant], prior: %s}}"


def parse(text: str, schema: TrialSchema) -> Space:
    return Space.parse(yaml.safe_load(text), schema)


def believed(**priors: Any) -> Space:
    rate = FloatDimension.make("rate", 1e-5, 1e-1, log=True)
    return Space(
        (
            FloatDimension("rate", prior=priors.get("rate"), ends=rate.ends),
            CategoricalDimension("kind", prior=priors.get("kind"), choices=("a", "b", None)),
            IntDimension(
                "rank",
                (Condition("kind", values=("a",)),),
                prior=priors.get("rank"),
                ends=IntDimension.make("_", 1, 8).ends,
            ),
        )
    )


ALL = {"rate": NumberPrior(1e-3, 3.0), "kind": ChoicePrior((3.0, 1.0, 0.0)), "rank": NumberPrior(6.0, 1.0)}


def test_it_is_read(schema: TrialSchema) -> None:
    assert parse(RATE % "{center: 3e-4, width: 3}", schema).dimensions[0].prior == NumberPrior(3e-4, 3.0)
    assert parse(DECAY % "{center: 0, width: 0.02}", schema).dimensions[0].prior == NumberPrior(0.0, 0.02)
    assert parse(KIND % "{cosine: 3, constant: 0}", schema).dimensions[0].prior == ChoicePrior((1.0, 3.0, 0.0))
    assert parse(RATE % "null", schema).dimensions[0].prior is None
    whole = parse("tuning: {choices: [full, lora], prior: {lora: 2}}", schema)
    assert whole["tuning"].prior == ChoicePrior((1.0, 2.0))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (RATE % "3e-4", "learning_rate.prior: must give center and width, and nothing else, got 3e-4"),
        (RATE % "{center: 3e-4}", "learning_rate.prior: must give center and width"),
        (RATE % "{center: 3e-4, width: 3, sd: 1}", "learning_rate.prior: must give center and width"),
        (RATE % "{center: x, width: 3}", "learning_rate.prior: center must be a number, got x (text)"),
        (RATE % "{center: 1e-3, width: .inf}", "learning_rate.prior: width must be a finite number, got inf"),
        (RATE % "{center: 0, width: 3}", "learning_rate.prior: center must be above 0 on a log scale, got 0"),
        (
            RATE % "{center: 1e-3, width: 1}",
            "learning_rate.prior: width is a factor on a log scale and must be above 1, got 1",
        ),
        (DECAY % "{center: 0.05, width: 0}", "weight_decay.prior: width must be above 0, got 0"),
        (KIND % "cosine", "lr_schedule.prior: must give a weight for some of the choices, got cosine"),
        (KIND % "{cosin: 2}", "lr_schedule.prior: there is no choice cosin (choices: linear, cosine, constant)"),
        (KIND % "{cosine: -1}", "lr_schedule.prior: the weight of cosine must be 0 or more, got -1"),
        (KIND % "{cosine: yes}", "lr_schedule.prior: the weight of cosine must be a number, got true (true or false)"),
        (KIND % "{linear: 0, cosine: 0, constant: 0}", "lr_schedule.prior: one of the weights must be above 0"),
        ("train: {learning_rate: {prior: {center: 1, width: 2}}}", "learning_rate: low, high must be given"),
        ("train: {learning_rate: {value: 1, prior: {center: 1, width: 2}}}", "learning_rate: value stands alone"),
    ],
)
def test_mistakes_are_said_at_their_place(text: str, message: str, schema: TrialSchema) -> None:
    with pytest.raises(InputError) as found:
        parse(text, schema)
    assert [str(problem) for problem in found.value.problems if str(problem).startswith(f"space.train.{message}")]


def test_it_is_kept_and_old_spaces_have_none() -> None:
    space = believed(**ALL)
    written = json.loads(json.dumps(space_to_dict(space)))
    assert space_from_dict(written) == space
    for dimension in written["dimensions"]:
        del dimension["prior"]
    assert space_from_dict(written) == believed()
    assert written == space_to_dict(believed())


def test_it_is_shown() -> None:
    assert [row.scale for row in believed(**ALL).describe()] == [
        "log, around 0.001 (times or over 3)",
        "choices, weights a 3, b 1, null 0",
        "linear, around 6 (plus or minus 1)",
    ]


def test_draws_are_as_believed_and_a_part_of_them_is_not() -> None:
    rng = np.random.default_rng(0)
    drawn = [believed(**ALL).draw(rng) for _ in range(4000)]
    rates = np.log([params["rate"] / 1e-3 for params in drawn]) / np.log(3)
    inside = np.mean(np.abs(rates) < 1)
    by_chance = 2 * math.log(3) / math.log(1e4)
    assert inside == pytest.approx((1 - DOUBT) * 0.683 + DOUBT * by_chance, abs=0.03)
    kinds = [params["kind"] for params in drawn]
    assert kinds.count(None) / len(kinds) == pytest.approx(DOUBT / 3, abs=0.02)
    assert kinds.count("a") / len(kinds) == pytest.approx((1 - DOUBT) * 0.75 + DOUBT / 3, abs=0.03)
    ranks = [params["rank"] for params in drawn if "rank" in params]
    assert set(ranks) == set(range(1, 9))
    assert all(("rank" in params) == (params["kind"] == "a") for params in drawn)


def test_without_beliefs_draws_are_even() -> None:
    rng = np.random.default_rng(0)
    drawn = [believed().draw(rng) for _ in range(4000)]
    places = (np.log([params["rate"] for params in drawn]) - math.log(1e-5)) / math.log(1e4)
    assert np.histogram(places, bins=4, range=(0, 1))[0] / len(drawn) == pytest.approx([0.25] * 4, abs=0.03)
    ranks = [params["rank"] for params in drawn if "rank" in params]
    assert np.bincount(ranks)[1:] / len(ranks) == pytest.approx([1 / 8] * 8, abs=0.03)
    assert {believed().log_prior(params) for params in drawn} == {0.0}


@pytest.mark.parametrize(("center", "width"), [(0.5, 0.1), (0.0, 0.3), (1.0, 0.01), (0.2, 50.0)])
def test_the_density_is_one_and_never_nothing(center: float, width: float) -> None:
    places = (np.arange(100_000) + 0.5) / 100_000
    density = np.exp(Bump(center, width).log_density(places))
    assert density.mean() == pytest.approx(1.0, abs=1e-3)
    assert density.min() >= DOUBT


def test_values_are_drawn_as_often_as_the_density_says() -> None:
    bump, rng = Bump(0.1, 0.2), np.random.default_rng(0)
    drawn = [bump.draw(rng) for _ in range(20_000)]
    places = (np.arange(1000) + 0.5) / 1000
    expected = np.exp(bump.log_density(places)).reshape(10, 100).mean(axis=1) / 10
    assert np.histogram(drawn, bins=10, range=(0, 1))[0] / len(drawn) == pytest.approx(expected, abs=0.01)


def test_the_log_prior_of_a_configuration_is_that_of_its_active_dimensions() -> None:
    space = believed(**ALL)
    best = space.log_prior({"rate": 1e-3, "kind": "a", "rank": 6})
    assert best > space.log_prior({"rate": 1e-3, "kind": "a", "rank": 1}) > space.log_prior({"rate": 1e-5, "kind": "b"})
    assert space.log_prior({"kind": None}) == pytest.approx(math.log(DOUBT))
    assert space.log_prior({}) == 0.0


def test_a_center_outside_of_the_range_is_the_nearest_end_and_is_said() -> None:
    far, end = believed(rate=NumberPrior(5.0, 3.0)), believed(rate=NumberPrior(1e-1, 3.0))
    assert far.log_prior({"rate": 0.05}) == end.log_prior({"rate": 0.05})
    assert far_beliefs(far.dimensions) == [
        "space.rate.prior: the center 5 is outside of 1e-05 to 0.1; the nearest end counts"
    ]
    assert far_beliefs(end.dimensions) == []


def test_known_values_are_kept() -> None:
    drawn = believed(**ALL).draw(np.random.default_rng(0), {"kind": "a", "rank": 2})
    assert (drawn["kind"], drawn["rank"]) == ("a", 2)
