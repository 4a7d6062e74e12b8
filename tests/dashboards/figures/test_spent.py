from collections.abc import Callable

import pytest

from dashboards.figures import spent, spent_s, stays
from dashboards.figures.spent import IDLE, KINDS
from hpo.results import Look


def test_all_slot_time_is_accounted_for(look_of: Callable[[str], Look]) -> None:
    look = look_of("plain")
    found = stays(look)
    span = max(stay.end for stay in found) - min(stay.begin for stay in found)
    assert sum(sum(parts.values()) for parts in spent_s(look).values()) == pytest.approx(3 * span, rel=1e-6)


def test_training_is_what_the_trials_said(look_of: Callable[[str], Look]) -> None:
    look = look_of("plain")
    told = sum(record.seconds("train_s") for record in look.records)
    assert sum(spent_s(look)[KINDS["train_s"]].values()) == pytest.approx(told)
    assert set(spent_s(look)[IDLE]) == {None}
    assert spent(look) is not None


def test_before_a_trial_is_in_a_slot_there_is_nothing(look_of: Callable[[str], Look]) -> None:
    look = look_of("plain")
    assert spent(Look(look.name, look.about, (), look.maximize, look.status)) is None
