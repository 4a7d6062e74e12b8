"""The picture of a confirmed sweep is that of its winner."""

from typing import Any

import pytest

from hpo.confirm.winner import winner_of
from hpo.picture import picture_best
from hpo.results import best_trial, read_picture
from tests.hpo.confirm.conftest import Scene


def test_it_is_of_the_retraining_that_is_delivered(confirmed: tuple[Scene, dict[str, Any]]) -> None:
    scene, _ = confirmed
    winner, best = winner_of(scene.ledger.about), best_trial(scene.ledger.trials(), scene.ledger.maximize)
    assert winner is not None
    assert best is not None
    assert picture_best(scene.plan, scene.ledger, best) == ""
    found = read_picture(scene.plan.sweep_dir)
    assert found is not None
    named = {"trial": winner.trial, "confirmed": True, "seed": winner.seed, "metric": "accuracy", "value": winner.value}
    assert found["model"] == named
    assert found["metrics"]["accuracy"] == pytest.approx(winner.value, abs=0.11)  # A row: it may have trained in bf16.
