import numpy as np

from hpo.history.points import Cube
from hpo.space import Space
from hpo.surrogate import Fits, Ladder, Line, Model
from tests.hpo.pausing import SCHEMA

SPACE = Space.parse({"train": {"learning_rate": {"low": 1e-5, "high": 1e-1, "log": True}}}, SCHEMA)
CUBE, LADDER = Cube(SPACE), Ladder.between(1, 9)


def lines(count: int, seed: int = 0) -> list[Line]:
    """The best rate lies at 1e-3; later trials were trained shorter."""
    rng = np.random.default_rng(seed)
    found = []
    for number in range(count):
        place = rng.uniform(-5, -1)
        end = 1 - 0.2 * (place + 3) ** 2
        epochs = 9 if number % 4 == 0 else 2
        curve = {float(epoch): end * (1 - 0.5**epoch) for epoch in range(1, epochs + 1)}
        found.append(Line({"train.learning_rate": 10**place}, curve, whole=epochs == 9))
    return found


def test_it_foretells_the_ends_of_trials_and_of_new_configurations() -> None:
    told = lines(24)
    model = Model(CUBE, told, LADDER)
    ends = [1 - 0.2 * (np.log10(line.params["train.learning_rate"]) + 3) ** 2 for line in told]
    assert np.corrcoef(model.ends(told, []).mean, ends)[0, 1] > 0.9
    places = np.linspace(-4.9, -1.1, 15)
    fresh = model.ends([], [{"train.learning_rate": 10**place} for place in places]).mean
    assert abs(places[int(fresh.argmax())] + 3) < 0.8


def test_what_was_seen_is_surer_than_what_was_not() -> None:
    told = lines(24)
    forecast = Model(CUBE, told, LADDER).ends(told[:1], [{"train.learning_rate": 0.09}])
    assert forecast.deviation[0] < forecast.deviation[1]


def test_a_configuration_that_cannot_work_is_the_worst_whatever_it_showed() -> None:
    told = lines(16)
    bad = [Line({"train.learning_rate": 10 ** (-1 - k / 50)}, {1.0: 5.0}, bad=True) for k in range(5)]
    forecast = Model(CUBE, told + bad, LADDER).ends(bad, [])
    assert forecast.mean.max() < np.median(Model(CUBE, told, LADDER).ends(told, []).mean)


def test_a_thousand_trials_are_no_trouble() -> None:
    told = lines(1000)
    assert np.isfinite(Model(CUBE, told, LADDER).ends(told, []).mean).all()


def test_hyperparameters_are_those_of_a_moment_however_it_is_reached() -> None:
    told = lines(30)
    step_by_step, at_once = Fits(CUBE, LADDER), Fits(CUBE, LADDER)
    for count in range(1, 31):
        step_by_step.look(told[:count])
        if count % 7 == 0:
            step_by_step.process()
        at_once.look(told[:count])
    mine, other = step_by_step.process(), at_once.process()
    assert np.array_equal(mine._scales, other._scales)
    assert mine.variance == other.variance


def test_hyperparameters_are_fitted_by_the_number_of_scores_alone() -> None:
    """However many cannot work: after three scores, the fourth is enough for the next fit."""
    fits = Fits(CUBE, LADDER)
    told = [*lines(3), *(Line({"train.learning_rate": 0.05}, bad=True) for _ in range(9))]
    fits.look(told)
    first = fits.process()
    fits.look([*told, *told[3:]])
    assert fits.process() is first
    fits.look([*told, lines(4)[3]])
    assert fits.process() is not first
