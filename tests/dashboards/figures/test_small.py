"""Importance, slices, what was confirmed, schedules."""

from collections.abc import Callable

import pytest

from dashboards.figures import confirmed, finding, importance, schedules, slices
from hpo.results import Look, axes_of


def test_importance_is_that_of_the_summary(look_of: Callable[[str], Look]) -> None:
    look = look_of("telling")
    made = importance(look)
    known = [part for part in look.summary["importance"]["parts"] if part["share"] is not None]
    assert made is not None
    assert list(made.data[0].x) == [part["share"] for part in known]
    assert finding(made).startswith("learning_rate mattered most")


def test_where_few_trials_tell_nothing_there_is_none(look_of: Callable[[str], Look]) -> None:
    assert importance(look_of("unconfirmed")) is None


def test_a_slice_for_each_hyperparameter_on_its_scale(look_of: Callable[[str], Look]) -> None:
    look = look_of("plain")
    made = {figure.layout.xaxis.title.text: figure for figure in slices(look)}
    axes = {axis.short: axis for axis in axes_of(look.about)}
    assert set(made) == set(axes)
    assert made["learning_rate"].layout.xaxis.type == "log"
    assert made["warmup_fraction"].layout.xaxis.type == "linear"
    assert tuple(made["batch_size"].layout.xaxis.categoryarray) == ("8", "16", "32")
    for short, figure in made.items():
        drawn = sum(len(trace.x) for trace in figure.data)
        assert drawn == sum(axes[short].name in r.params and r.value is not None for r in look.records)


def test_means_have_their_intervals(look_of: Callable[[str], Look]) -> None:
    look = look_of("plain")
    made = confirmed(look)
    assert made is not None
    rows = look.summary["confirmation"]["ranking"]
    (mean,) = [trace for trace in made.data if trace.name == "mean"]
    assert list(mean.x) == [row["mean"] for row in rows]
    assert list(mean.error_x.array) == pytest.approx([row["high"] - row["mean"] for row in rows])


def test_without_confirmation_there_is_none(look_of: Callable[[str], Look]) -> None:
    assert confirmed(look_of("unconfirmed")) is None


def test_a_schedule_has_the_values_of_each_stretch(look_of: Callable[[str], Look]) -> None:
    look = look_of("population")
    made, course = schedules(look), look.summary["best"]["schedule"]
    assert made is not None
    assert len(course) > 1
    rates = next(trace for trace in made.data if trace.hovertemplate.startswith("learning_rate"))
    assert list(rates.x[:-1]) == [part["steps"] for part in course]
    assert list(rates.y[:-1]) == [part["params"]["train.learning_rate"] for part in course]
    assert schedules(look_of("plain")) is None
