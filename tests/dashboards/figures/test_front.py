from collections.abc import Callable

from dashboards.figures import finding, front
from hpo.results import Look


def test_the_front_is_that_of_the_summary(look_of: Callable[[str], Look]) -> None:
    look = look_of("two-aims")
    made = front(look)
    assert made is not None
    (line,) = [trace for trace in made.data if trace.name == "Pareto front"]
    members = look.summary["front"]
    assert len(members) > 1
    drawn = set(zip(line.x, line.y, strict=True))
    assert drawn == {(m["values"]["accuracy"], m["values"]["latency_ms"]) for m in members}
    assert list(line.x) == sorted(line.x)
    assert finding(made).startswith(f"{len(members)} trials between which to choose")


def test_those_that_break_a_limit_are_told_apart(look_of: Callable[[str], Look]) -> None:
    look = look_of("two-aims")
    made = front(look)
    assert made is not None
    drawn = sum(len(trace.x) for trace in made.data if trace.name.endswith("breaks a limit"))
    assert drawn == sum(bool(record.standing.violated) for record in look.records) > 0
    assert [shape.y0 for shape in made.layout.shapes] == [8.0]


def test_one_aim_has_no_front(look_of: Callable[[str], Look]) -> None:
    assert front(look_of("plain")) is None
