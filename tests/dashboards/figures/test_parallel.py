import math
from collections.abc import Callable
from dataclasses import replace

from dashboards.figures import finding, parallel
from dashboards.figures.parallel import MOST_TRIALS, place
from hpo.results import Axis, Look

LOG = Axis("train.learning_rate", "learning_rate", log=True, low=1e-4, high=1e-2)
CHOICE = Axis("train.batch_size", "batch_size", choices=("8", "16"))


def test_places() -> None:
    assert math.isclose(place(LOG, 1e-3), 0.5)
    assert (place(CHOICE, 8), place(CHOICE, 16)) == (0.25, 0.75)
    assert place(Axis("a", "a", low=1.0, high=1.0), 1.0) == 0.5


def test_each_line_goes_through_all_axes(look_of: Callable[[str], Look]) -> None:
    look = look_of("plain")
    made = parallel(look)
    assert made is not None
    axes = list(made.layout.xaxis.ticktext)
    assert sorted(axes) == sorted(
        ["learning_rate", "batch_size", "warmup_fraction", "weight_decay", "lr_schedule", "accuracy"]
    )
    lines = sum(list(trace.x).count(0) for trace in made.data if "the best" not in trace.name)
    assert lines == sum(record.value is not None for record in look.records)
    assert all(0 <= y <= 1 for trace in made.data for y in trace.y if y is not None)


def test_what_a_trial_does_not_have_breaks_its_line(look_of: Callable[[str], Look]) -> None:
    look = look_of("plain")
    first = look.records[0]
    without = replace(first, params={k: v for k, v in first.params.items() if k != "train.weight_decay"})
    made = parallel(replace(look, records=(without, *look.records[1:])))
    assert made is not None
    at = list(made.layout.xaxis.ticktext).index("weight_decay")
    gaps = [y for trace in made.data for x, y in zip(trace.x, trace.y, strict=True) if x == at and y is None]
    assert len(gaps) == 1


def test_of_many_the_best_fifth_stays(look_of: Callable[[str], Look]) -> None:
    look = look_of("plain")
    many = tuple(replace(record, number=30 * turn + record.number) for turn in range(20) for record in look.records)
    made = parallel(replace(look, records=many))
    assert made is not None
    counts = {trace.name: list(trace.x).count(0) for trace in made.data}
    able = sum(record.value is not None for record in many)
    assert counts["best fifth"] in (able // 5, able // 5 + 1)
    assert sum(counts.values()) - 1 <= MOST_TRIALS + 1
    assert "best" in finding(made)
