"""What a sampler cannot do is said before the sweep."""

import pytest

from hpo.samplers import CmaEsSpec, GPSpec, GridSpec, QMCSpec, RandomSpec, SamplerSpec, TPESpec, make_sampler
from hpo.space import FloatDimension, IntDimension, Space
from tests.contract.studies import CONDITIONAL, GRID, NUMERIC

ONE = Space((FloatDimension.make("train.learning_rate", 0.1, 0.2),))
HUGE = Space((IntDimension.make("train.epochs", 1, 1000), IntDimension.make("train.seed", 0, 999)))


@pytest.mark.parametrize(
    ("spec", "space", "budget", "problems"),
    [
        (TPESpec(), CONDITIONAL, 3, []),
        (RandomSpec(), CONDITIONAL, 1, []),
        (QMCSpec(), CONDITIONAL, 1, []),
        (GPSpec(), CONDITIONAL, 11, []),
        (
            GPSpec(),
            NUMERIC,
            10,
            [
                "sampler.startup_trials: must be less than the 10 trials of the sweep, got 10 "
                "(otherwise every trial is random)"
            ],
        ),
        (GridSpec(), GRID, 3, []),
        (
            GridSpec(),
            NUMERIC,
            None,
            [
                "space.train.learning_rate: a grid needs a finite list, got every number of 1e-05 to 0.1 "
                "(give step or choices)",
                "space.train.weight_decay: a grid needs a finite list, got every number of 0 to 1 "
                "(give step or choices)",
            ],
        ),
        (
            GridSpec(),
            HUGE,
            None,
            ["space: the grid has 1000000 points, more than 100000 (give fewer values, or use another sampler)"],
        ),
        (CmaEsSpec(), NUMERIC, 10, []),
        (
            CmaEsSpec(),
            NUMERIC,
            9,
            ["sampler: cmaes learns after 9 trials, but the sweep runs 9 (use sampler=gp or tpe)"],
        ),
        (CmaEsSpec(), ONE, None, ["sampler: cmaes needs at least 2 dimensions, got 1 (use sampler=gp)"]),
        (
            CmaEsSpec(),
            CONDITIONAL,
            None,
            [
                "space.tuning: cmaes cannot search among choices (give a range, or use sampler=tpe)",
                "space.tuning.targets: cmaes cannot search among choices (give a range, or use sampler=tpe)",
                "space.tuning.rank.when: cmaes cannot hold conditions (remove the condition, or use sampler=tpe)",
                "space.tuning.targets.when: cmaes cannot hold conditions (remove the condition, or use sampler=tpe)",
            ],
        ),
    ],
)
def test_checks(spec: SamplerSpec, space: Space, budget: int | None, problems: list[str]) -> None:
    assert [str(problem) for problem in make_sampler(spec, space, 0).check(budget)] == problems


def test_settings_of_no_known_sampler() -> None:
    with pytest.raises(TypeError, match="no sampler for SamplerSpec"):
        make_sampler(SamplerSpec("x"), NUMERIC, 0)
