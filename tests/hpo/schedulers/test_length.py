"""A scheduler that could never act is said before the sweep."""

import pytest

from hpo.schedulers import (
    AshaSpec,
    FifoSpec,
    HyperbandSpec,
    MedianSpec,
    SchedulerSpec,
    check_scheduler,
    longest_training,
    make_scheduler,
)
from hpo.space import CategoricalDimension, IntDimension, Space
from models.spec import TrainParams

FOUR = TrainParams(epochs=4)
STEPS = TrainParams(max_steps=100, eval_every_steps=10)


@pytest.mark.parametrize(
    ("spec", "train", "problems"),
    [
        (FifoSpec(), TrainParams(epochs=1), []),
        (AshaSpec(), FOUR, []),
        (AshaSpec(min_steps=50), FOUR, []),
        (AshaSpec(min_steps=50), STEPS, []),
        (MedianSpec(grace_epochs=0), TrainParams(epochs=2), []),
        (HyperbandSpec(min_steps=10), STEPS, []),
        (
            AshaSpec(min_epochs=4),
            FOUR,
            [
                "scheduler.min_epochs: must be less than the longest training, 4 epochs, got 4: "
                "it could never stop a trial (train longer, or use scheduler=fifo)"
            ],
        ),
        (
            MedianSpec(grace_steps=100),
            STEPS,
            [
                "scheduler.grace_steps: must be less than the longest training, 100 steps, got 100: "
                "it could never stop a trial (train longer, or use scheduler=fifo)"
            ],
        ),
        (
            AshaSpec(),
            STEPS,
            [
                "scheduler.min_epochs: is in epochs, but the length of the training is in steps (train.max_steps=100) "
                "(give scheduler.min_steps)"
            ],
        ),
        (
            AshaSpec(),
            TrainParams(epochs=4, eval_every_epochs=4),
            [
                "train.eval_every_epochs: never acts: the only evaluation comes at the end, after 4 epochs "
                "(evaluate more often, or use scheduler=fifo)"
            ],
        ),
        (
            HyperbandSpec(min_steps=10),
            FOUR,
            [
                "scheduler.min_steps: is in steps, but the length of the training is in epochs, "
                "so the brackets cannot be laid out (give scheduler.min_epochs, or train.max_steps)"
            ],
        ),
    ],
)
def test_checks(spec: SchedulerSpec, train: TrainParams, problems: list[str]) -> None:
    assert [str(problem) for problem in check_scheduler(spec, train)] == problems


def test_the_longest_training_has_the_upper_end_of_what_is_searched() -> None:
    searched = Space((IntDimension.make("train.epochs", 1, 8),))
    assert longest_training(FOUR, searched).epochs == 8
    chosen = Space((CategoricalDimension("train.epochs", choices=(2, 6)),), {"train.max_steps": None})
    assert longest_training(STEPS, chosen) == TrainParams(epochs=6, eval_every_steps=10)
    assert longest_training(FOUR, Space((), {"train.epochs": 2})).epochs == 2
    assert longest_training(FOUR, Space(())) == FOUR


def test_settings_of_no_known_scheduler() -> None:
    with pytest.raises(TypeError, match="no scheduler for SchedulerSpec"):
        make_scheduler(SchedulerSpec("x"), True, FOUR)
