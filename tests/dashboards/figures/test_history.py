from collections.abc import Callable

import pytest

from dashboards.figures import finding, history
from hpo.results import Look, State


@pytest.mark.parametrize("name", ["plain", "two-aims", "going"])
def test_every_trial_is_there_once_in_the_colour_of_its_state(look_of: Callable[[str], Look], name: str) -> None:
    look = look_of(name)
    made = history(look)
    assert made is not None
    drawn = {trace.name: set(trace.x) for trace in made.data if trace.mode == "markers"}
    for state in State:
        numbers = {r.number for r in look.records if r.state is state and r.value is not None}
        assert drawn.get(state.value, set()) == numbers


def test_the_line_is_the_best_trained_to_its_end_so_far(look_of: Callable[[str], Look]) -> None:
    look = look_of("plain")
    made = history(look)
    assert made is not None
    (line,) = [trace for trace in made.data if trace.name == "best so far"]
    at = dict(zip(line.x, line.y, strict=True))
    best, here = 0.0, None
    for record in look.records:
        if record.state is State.COMPLETE and record.value is not None and record.value > best:
            best = here = record.value
            assert at[record.number] == here
    assert line.y[-1] == best
    assert line.line.shape == "hv"


def test_the_finding_names_the_best_trial(look_of: Callable[[str], Look]) -> None:
    look = look_of("plain")
    made, best = history(look), look.summary["best"]
    assert made is not None
    assert f"came with trial {best['number']} of 30" in finding(made)


def test_what_it_is_compared_with_is_there(look_of: Callable[[str], Look]) -> None:
    look = look_of("plain")
    made = history(look)
    assert made is not None
    lines = {trace.name: set(trace.y) for trace in made.data if trace.mode == "lines"}
    assert lines["TF-IDF and logistic regression"] == {0.63}
    assert lines["starting configuration"] == {look.summary["start"]["value"]}
