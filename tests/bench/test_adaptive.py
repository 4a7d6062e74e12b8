"""What the comparison of real sweeps reads from their ledgers."""

from __future__ import annotations

import math
from typing import Any

from bench.adaptive import Moment, compare, course, reached
from hpo.ledger import Attempt, State, TrialRecord


def evaluation(seq: int, epoch: float, accuracy: float) -> dict[str, Any]:
    told = {"metrics": {"accuracy": accuracy}, "train_s": 3.0, "eval_s": 1.0, "at": 100.0 + 5 * seq}
    return {"seq": seq, "epoch": epoch, **told}


def test_seconds_and_epochs_add_up_over_trials_in_the_order_of_events() -> None:
    first = [evaluation(2, 1.0, 0.3), evaluation(9, 2.0, 0.6)]
    second = [evaluation(4, 2.0, 0.5)]
    stays = [Attempt(100.0, until=112.0), Attempt(130.0, until=146.0)], [Attempt(105.0, until=121.0)]
    records = [
        TrialRecord(number, State.PAUSED, {}, evaluations=entries, attempts=attempts)
        for number, (entries, attempts) in enumerate(zip((first, second), stays, strict=True))
    ]
    assert course(records, "accuracy") == [
        Moment(4, 1, 10 + 5, 0.3),
        Moment(8, 3, 12 + 15, 0.5),
        Moment(12, 4, 12 + 15 + 16, 0.6),
    ]


def test_a_value_counts_from_the_first_time_it_was_reached_or_passed() -> None:
    moments = [Moment(4, 1, 5, 0.3), Moment(8, 2, 10, 0.6), Moment(12, 3, 15, 0.5)]
    assert reached(moments, 0.5) == moments[1]
    assert reached(moments, 0.6) == moments[1]
    assert reached(moments, 0.7).seconds == math.inf


def test_the_ratios_go_by_the_best_value_of_the_peer() -> None:
    peer = [Moment(10, 1, 20, 0.4), Moment(20, 2, 30, 0.6), Moment(40, 4, 60, 0.5)]
    found = compare(1, [Moment(5, 2, 6, 0.3), Moment(15, 3, 30, 0.6), Moment(30, 5, 50, 0.7)], peer)
    assert found["value"] == 0.6
    assert found["ratios"] == {"seconds": 0.75, "epochs": 1.5, "held": 1.0}
    assert found["whole_ratios"] == {"seconds": 0.375, "epochs": 0.75, "held": 0.5}
    assert compare(1, [Moment(5, 2, 6, 0.5)], peer)["ratios"]["seconds"] == math.inf
