from optuna.distributions import FloatDistribution

from hpo.results import axes_of, short_names
from hpo.space import Space, space_to_dict
from hpo.space.categorical import CategoricalDimension
from hpo.space.float_dimension import FloatDimension

RATE = FloatDimension("train.rate", ends=FloatDistribution(1e-4, 1e-2, log=True))
SHARE = FloatDimension("tuning.rate", ends=FloatDistribution(0.0, 0.5))
TARGETS = CategoricalDimension("tuning.targets", choices=(["a", "b"], None, 8))


def test_axes_are_as_the_space_has_them() -> None:
    about = {"space": space_to_dict(Space((RATE, SHARE, TARGETS)))}
    rate, share, targets = axes_of(about)
    assert (rate.short, rate.log, rate.low, rate.high, rate.choices) == ("train.rate", True, 1e-4, 1e-2, ())
    assert (share.short, share.log) == ("tuning.rate", False)
    assert (targets.short, targets.low, targets.choices) == ("targets", None, ("['a', 'b']", "-", "8"))
    assert (rate.place(0.001), targets.place(["a", "b"])) == (0.001, "['a', 'b']")


def test_short_names_stay_apart() -> None:
    assert short_names(["a.x", "b.x", "b.y"]) == {"a.x": "a.x", "b.x": "b.x", "b.y": "y"}
