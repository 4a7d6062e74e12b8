"""Which configurations are trained again, under which seeds, in which order, and each once."""

from __future__ import annotations

from pathlib import Path

import pytest

from hpo.aims import Standing
from hpo.confirm.retraining import CONFIGURATION, SEED, Retraining, candidates, params_of, wanted
from hpo.confirm.sampler import Retrainer
from hpo.ledger import Ledger, State, TrialRecord, ledger_url, sweep_names
from hpo.samplers.base import SearchExhaustedError


def record(number: int, value: float | None, state: State = State.COMPLETE, rate: float | None = None) -> TrialRecord:
    return TrialRecord(number, state, {"train.learning_rate": float(number) if rate is None else rate}, value=value)


def test_only_what_was_trained_to_its_end_is_a_candidate() -> None:
    records = [record(0, 0.5), record(1, 0.9, State.PRUNED), record(2, 0.7), record(3, None, State.FAILED)]
    assert [found.number for found in candidates(records, maximize=True, most=5)] == [2, 0]
    assert [found.number for found in candidates(records, maximize=False, most=1)] == [0]
    assert candidates(records, maximize=True, most=0) == []


def test_what_breaks_a_limit_or_began_with_other_weights_is_none() -> None:
    infeasible, warm = record(0, 0.9), record(1, 0.8)
    infeasible.standing = Standing({}, violated=("latency_ms is 30",))
    warm.warm_from = "weights"
    assert not infeasible.standing.feasible
    assert [found.number for found in candidates([infeasible, warm, record(2, 0.1)], maximize=True, most=5)] == [2]


def test_a_searched_seed_makes_no_other_configuration() -> None:
    twins = [record(0, 0.5, rate=1e-3), record(1, 0.6, rate=1e-3), record(2, 0.1)]
    for twin in twins:
        twin.params[SEED] = twin.number
    found = candidates(twins, maximize=True, most=2)
    assert [one.number for one in found] == [1, 2]
    params = params_of(Retraining(1, 1042), {1: twins[1].params})
    assert params == {CONFIGURATION: 1, "train.learning_rate": 1e-3, SEED: 1042}


def test_seeds_are_fresh_the_same_for_all_and_the_old_ones_stay_when_there_are_more() -> None:
    chosen = [record(4, 0.9), record(2, 0.8)]
    first = wanted(chosen, base_seed=42, seeds=2)
    assert first == [Retraining(n, seed) for seed in (1042, 1043) for n in (4, 2)]
    assert wanted(chosen, base_seed=42, seeds=3)[:4] == first


@pytest.fixture
def part(tmp_path: Path) -> Ledger:
    sweep = Ledger.create(ledger_url(tmp_path), "first", maximize=True, about={"metric": "accuracy"})
    assert sweep.part("confirm") is None
    return sweep.begin_part("confirm", {"metric": "accuracy"})


LIST = [Retraining(n, seed) for seed in (1042, 1043) for n in (4, 2)]
SEARCHED = {n: {"train.learning_rate": n / 10, SEED: 1} for n in (2, 4, 6)}


def asked(sampler: Retrainer, part: Ledger) -> list[Retraining]:
    found = []
    while not sampler.exhausted(part.study):
        trial = sampler.ask(part.study)
        params = sampler.space.decode(trial.params)
        why = f"confirms trial {params[CONFIGURATION]} under the fresh seed {params[SEED]}"
        assert sampler.explain(part.study, trial)[0] == why
        assert params["train.learning_rate"] == params[CONFIGURATION] / 10
        found.append(Retraining(params[CONFIGURATION], params[SEED]))
    return found


def test_each_is_handed_out_once_in_order_also_by_the_next_driver(part: Ledger) -> None:
    assert asked(Retrainer(LIST[:3], SEARCHED), part) == LIST[:3]
    longer = [*LIST, Retraining(6, 1042)]
    assert asked(Retrainer(longer, SEARCHED), part) == longer[3:]
    with pytest.raises(SearchExhaustedError):
        Retrainer(longer, SEARCHED).ask(part.study)


def test_one_that_was_written_before_a_crash_is_handed_out_next(part: Ledger) -> None:
    part.study.enqueue_trial({CONFIGURATION: LIST[0].configuration, SEED: LIST[0].seed})
    assert asked(Retrainer(LIST, SEARCHED), part) == LIST


def test_what_was_handed_out_before_the_settings_changed_counts_no_more(part: Ledger) -> None:
    assert asked(Retrainer(LIST, SEARCHED), part) == LIST
    assert asked(Retrainer(LIST, SEARCHED, since=4), part) == LIST


def test_the_record_is_no_sweep_and_knows_its_own(part: Ledger, tmp_path: Path) -> None:
    assert sweep_names(ledger_url(tmp_path)) == ["first"]
    assert (part.name, part.sweep) == ("first/confirm", "first")
    sweep = Ledger.open(ledger_url(tmp_path), "first")
    assert sweep.sweep == "first"
    again = sweep.part("confirm")
    assert again is not None
    assert again.name == part.name
