"""When a running trial writes its checkpoints."""

from itertools import pairwise

from hpo.execution.link import Pace


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def saved_at(every_s: float, step_s: float, save_s: float, until_s: float) -> list[float]:
    """Times at which a training with such steps and checkpoints writes one."""
    clock = Clock()
    pace, found = Pace(every_s, clock), []
    while clock.now < until_s:
        clock.now += step_s
        if pace.due():
            found.append(clock.now)
            clock.now += save_s
    return found


def test_every_so_many_seconds() -> None:
    times = saved_at(every_s=60, step_s=1, save_s=0.1, until_s=600)
    assert 9 <= len(times) <= 10
    assert all(59 < later - earlier < 63 for earlier, later in pairwise(times))


def test_always_with_zero() -> None:
    assert len(saved_at(every_s=0, step_s=1, save_s=0.0, until_s=50)) == 50


def test_costly_ones_take_at_most_a_twentieth_of_the_time() -> None:
    times = saved_at(every_s=10, step_s=1, save_s=30, until_s=20_000)
    gaps = [later - earlier for earlier, later in pairwise(times)]
    assert min(gaps) > 550, "a checkpoint of 30 s is due every 600 s"
    assert len(times) * 30 / 20_000 < 0.06
