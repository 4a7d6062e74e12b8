import numpy as np

from hpo.history.points import Cube
from hpo.schedulers.arms import Arms
from hpo.space import Space
from hpo.surrogate import Ladder, Line, Model
from tests.hpo.pausing import SCHEMA

SPACE = Space.parse({"train": {"learning_rate": {"low": 1e-5, "high": 1e-1, "log": True}}}, SCHEMA)
ENDS_ALONE = Ladder((9.0,))


def lines() -> tuple[dict[int, Line], dict[int, Line]]:
    """Whole trainings, of which the best rate is 1e-3, and trials that were paused after an epoch."""
    rng = np.random.default_rng(0)
    rates = 10.0 ** rng.uniform(-5, -1, size=48)
    ends = 1 - 0.2 * (np.log10(rates) + 3) ** 2
    made = [Line({"train.learning_rate": float(rate)}, {1.0: 0.1}) for rate in rates]
    for line, end in zip(made[:8], ends, strict=False):
        line.curve[9.0], line.whole = float(end), True
    return dict(enumerate(made[:8])), {8 + index: line for index, line in enumerate(made[8:])}


def test_paused_trials_that_tell_nothing_do_not_win_by_their_number() -> None:
    whole, paused = lines()
    model = Model(Cube(SPACE), [*whole.values(), *paused.values()], ENDS_ALONE)
    new, old = [], []
    for events in range(40):
        arms = Arms(model, paused, events)
        arms.add(SPACE, 5)
        pick = arms.thompson()
        assert pick.others == 4, "the five most promising among paused ones and new ones"
        (new if pick.number is None else old).append(pick)
    assert len(new) > len(old), "of 240, 200 are new"


def test_those_with_a_score_that_counts_all_compete() -> None:
    whole, paused = lines()
    model = Model(Cube(SPACE), [*whole.values(), *paused.values()], Ladder((1.0, 9.0)))
    arms = Arms(model, paused, 0)
    arms.add(SPACE, 5)
    assert arms.thompson().others == len(paused) + 4
