import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from hpo.exploit import Exploit
from hpo.schedulers import Decision, Length, PbtSpec, Result, SchedulerSpec, Situation, check_scheduler
from hpo.schedulers.pbt import Pbt
from hpo.schedulers.perturb import perturbed
from hpo.space import Space
from models.spec import TrainParams
from tests.contract.scheduler_contract import SchedulerContract
from tests.hpo.population.toy import SCHEMA, SPACE

RATE = "train.learning_rate"


class TestPbt(SchedulerContract):
    @pytest.fixture(params=["perturb", "pb2"])
    def spec(self, request: pytest.FixtureRequest) -> SchedulerSpec:
        return PbtSpec(population=30, every_epochs=2, explore=request.param)


def begun(values: Sequence[float], spec: PbtSpec, kept: Sequence[int] | None = None, moment: int = 1) -> Pbt:
    """A population of which each member was measured at every moment up to this one."""
    scheduler = Pbt(spec, SPACE, True, Length(epochs=9))
    for number in range(len(values)):
        scheduler.on_start(number, {RATE: 10 ** -(2 + number / 10), "train.weight_decay": 0.0})
    for at in range(1, moment + 1):
        for number, value in enumerate(values):
            assert scheduler.on_result(Result(number, float(at), 10 * at, value * at)) is Decision.PAUSE
            if kept is None or number in kept:
                scheduler.on_kept(number, 10 * at)
    return scheduler


def at_rest(*paused: int, running: Sequence[int] = ()) -> Situation:
    return Situation(paused, tuple(running), may_propose=False)


def test_the_worst_takes_over_the_best_and_the_others_go_on() -> None:
    scheduler = begun([0.4, 0.1, 0.3, 0.2], PbtSpec(population=4))
    for number in (0, 2, 3):
        choice = scheduler.choose(at_rest(number))
        assert choice is not None
        assert choice.exploit is None
    choice = scheduler.choose(at_rest(1))
    assert choice is not None
    assert choice.exploit is not None
    assert (choice.number, choice.exploit.source, choice.exploit.steps, choice.exploit.epochs) == (1, 0, 10, 1.0)
    assert SPACE.contains(choice.exploit.params) == []
    assert choice.exploit.params[RATE] != 10**-2.1
    assert choice.reason.startswith("place 4 of 4 at 1 epochs: it takes over the weights of trial 0 at step 10, with ")


def test_what_it_takes_over_counts_for_the_next_that_takes_it() -> None:
    scheduler = begun([0.4, 0.1, 0.3, 0.2], PbtSpec(population=4, resample=0.0))
    scheduler.on_advance(1, Exploit(0, 10, 1.0, {RATE: 5e-3, "train.weight_decay": 0.1}))
    for number, value in enumerate([0.4, 0.9, 0.3, 0.2]):
        scheduler.on_result(Result(number, 2.0, 20, value))
        scheduler.on_kept(number, 20)
    choice = scheduler.choose(at_rest(3))
    assert choice is not None
    assert choice.exploit is not None
    assert choice.exploit.source == 1
    assert choice.exploit.params[RATE] in (pytest.approx(4e-3), pytest.approx(6e-3))


def test_it_waits_for_the_checkpoint_of_one_that_is_about_to_leave() -> None:
    scheduler = begun([0.4, 0.1], PbtSpec(population=2), kept=[1])
    assert scheduler.choose(at_rest(1, running=[0])) is None
    scheduler.on_kept(0, 10)
    assert scheduler.choose(at_rest(1, running=[0])).exploit is not None  # type: ignore[union-attr]


def test_without_any_checkpoint_of_a_better_one_it_goes_on_as_it_is() -> None:
    choice = begun([0.4, 0.1], PbtSpec(population=2), kept=[1]).choose(at_rest(0, 1))
    assert choice is not None
    assert (choice.number, choice.exploit) == (0, None)
    choice = begun([0.4, 0.1], PbtSpec(population=2), kept=[1]).choose(at_rest(1))
    assert choice is not None
    assert choice.exploit is None
    assert choice.reason.endswith("no checkpoint of a better one is at hand")


def test_the_one_that_is_behind_goes_on_first_and_missing_members_before_all() -> None:
    scheduler = begun([0.4, 0.3, 0.2], PbtSpec(population=4), moment=1)
    scheduler.on_result(Result(0, 2.0, 20, 0.5))
    assert scheduler.choose(at_rest(0, 1, 2)).number == 1  # type: ignore[union-attr]
    choice = scheduler.choose(Situation((0, 1, 2), (), may_propose=True))
    assert choice is not None
    assert (choice.number, choice.reason) == (None, "member 4 of a population of 4")


def test_one_that_was_lost_is_replaced_by_the_newest_weights_of_a_good_one() -> None:
    scheduler = begun([0.4, 0.1, 0.3, 0.2], PbtSpec(population=4), moment=2)
    situation = Situation((0, 2, 3), (), may_propose=True)
    assert scheduler.choose(situation).number is not None  # type: ignore[union-attr]
    scheduler.on_end(1, "pruned")
    choice = scheduler.choose(situation)
    assert choice is not None
    assert choice.number is None
    assert choice.exploit is not None
    assert (choice.exploit.source, choice.exploit.steps) == (0, 20)
    scheduler.on_start(4, {RATE: 1e-3})
    scheduler.on_end(2, "complete")
    assert scheduler.choose(situation).number is not None  # type: ignore[union-attr]


def test_equals_keep_their_weights() -> None:
    scheduler = begun([0.2] * 4, PbtSpec(population=4))
    for number in range(4):
        assert scheduler.choose(at_rest(number)).exploit is None  # type: ignore[union-attr]


@pytest.mark.parametrize("resample", [0.0, 0.5])
def test_perturbed_values_lie_in_the_space_beside_the_old_ones(resample: float) -> None:
    space = Space.parse(
        {
            "train": {
                "learning_rate": {"low": 1e-5, "high": 1e-2, "log": True},
                "weight_decay": {"low": 0.0, "high": 0.3},
                "adam_beta1": {"low": 0.8, "high": 0.95, "step": 0.05},
                "max_grad_norm": {"choices": [0.1, 1.0, 10.0]},
            }
        },
        SCHEMA,
    )
    params: dict[str, Any] = {RATE: 1e-2, "train.weight_decay": 0.0}
    params |= {"train.adam_beta1": 0.9, "train.max_grad_norm": 1.0}
    rng = np.random.default_rng(0)
    found = [perturbed(space, params, resample, rng) for _ in range(200)]
    assert all(space.contains(one) == [] for one in found)
    moved = [one for one in found if math.isclose(one[RATE], 8e-3) and one["train.max_grad_norm"] != 1.0]
    assert len(moved) == 200 if resample == 0 else 20 < len(moved) < 150
    assert all(one["train.weight_decay"] > 0 for one in found), "a factor cannot leave 0"


@pytest.mark.parametrize(
    ("spec", "train", "where"),
    [
        (PbtSpec(every_epochs=3), TrainParams(epochs=3), "scheduler.every_epochs"),
        (PbtSpec(every_epochs=3), TrainParams(epochs=9, eval_every_epochs=2), "scheduler.every_epochs"),
        (PbtSpec(every_steps=30), TrainParams(epochs=9), "scheduler.every_steps"),
        (PbtSpec(every_steps=30), TrainParams(max_steps=90, eval_every_steps=20), "scheduler.every_steps"),
        (PbtSpec(), TrainParams(max_steps=90), "scheduler.every_epochs"),
    ],
)
def test_moments_that_never_come_are_refused(spec: PbtSpec, train: TrainParams, where: str) -> None:
    assert [problem.where for problem in check_scheduler(spec, train)] == [where]


def test_moments_that_come_are_taken() -> None:
    assert check_scheduler(PbtSpec(every_steps=40), TrainParams(max_steps=90, eval_every_steps=20)) == []
    assert check_scheduler(PbtSpec(every_epochs=2), TrainParams(epochs=9)) == []
