"""What the comparison of real sweeps reads from their ledgers."""

from __future__ import annotations

import math
from typing import Any

from bench.adaptive import Moment, compare, course, reached
from hpo.ledger import State, TrialRecord


def evaluation(seq: int, epoch: float, accuracy: float) -> dict[str, Any]:
    return {"seq": seq, "epoch": epoch, "metrics": {"accuracy": accuracy}, "train_s": 3.0, "eval_s": 1.0}


def test_seconds_and_epochs_add_up_over_trials_in_the_order_of_events() -> None:
    first = [evaluation(2, 1.0, 0.3), evaluation(9, 2.0, 0.6)]
    second = [evaluation(4, 2.0, 0.5)]
    records = [TrialRecord(n, State.PAUSED, {}, evaluations=entries) for n, entries in enumerate((first, second))]
    assert course(records, "accuracy") == [Moment(4, 1, 0.3), Moment(8, 3, 0.5), Moment(12, 4, 0.6)]


def test_a_value_counts_from_the_first_time_it_was_reached_or_passed() -> None:
    moments = [Moment(4, 1, 0.3), Moment(8, 2, 0.6), Moment(12, 3, 0.5)]
    assert reached(moments, 0.5) == moments[1]
    assert reached(moments, 0.6) == moments[1]
    assert reached(moments, 0.7).seconds == math.inf


def test_the_ratios_go_by_the_best_value_of_the_peer() -> None:
    peer = [Moment(10, 1, 0.4), Moment(20, 2, 0.6), Moment(40, 4, 0.5)]
    found = compare(1, [Moment(5, 2, 0.3), Moment(15, 3, 0.6), Moment(30, 5, 0.7)], peer)
    assert (found["value"], found["best"]) == (0.6, 0.7)
    assert [found[f"ratio_{key}"] for key in ("s", "epochs", "whole_s", "whole_epochs")] == [0.75, 1.5, 0.375, 0.75]
    assert compare(1, [Moment(5, 2, 0.5)], peer)["ratio_s"] == math.inf
