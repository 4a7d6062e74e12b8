import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from dashboards.live import Watch
from dashboards.metrics import Exposition
from dashboards.metrics.exposition import MOST_SWEEPS, READ_AT_ONCE, RECENT_S, recent
from dashboards.metrics.families import OF_A_SWEEP, OF_THE_SERVER
from hpo.confirm.record import PART, SINCE
from hpo.confirm.retraining import CONFIGURATION, SEED
from hpo.results import Place
from tests.dashboards.sweeps import driven, made_sweep

Values = dict[str, dict[frozenset[tuple[str, str]], float]]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    place = Place(tmp_path_factory.mktemp("metrics"))
    made_sweep(place, trials=6, points=3, running=2)
    return place


@pytest.fixture
def running(place: Place) -> Iterator[Watch]:
    with driven(place):
        yield Watch(place, poll_s=0.0)


def values(exposition: Exposition) -> Values:
    text, _ = exposition.text()
    return {
        sample.name: {
            frozenset(other.labels.items()): other.value for other in metric.samples if other.name == sample.name
        }
        for metric in text_string_to_metric_families(text.decode())
        for sample in metric.samples
    }


def of(found: Values, name: str, **labels: str) -> float:
    return found[name][frozenset(labels.items())]


def test_a_running_sweep_in_numbers(running: Watch) -> None:
    look, found = running.look("made"), values(Exposition(running, lambda: (3, 1)))
    assert of(found, "hpo_sweep_running", sweep="made") == 1
    assert of(found, "hpo_sweep_state", sweep="made", state="running") == 1
    for state, count in look.status.counts.items():
        assert of(found, "hpo_trials", sweep="made", state=state.value) == count
    assert look.status.best is not None
    assert of(found, "hpo_best_value", sweep="made", metric=look.metric) == look.status.best.value
    assert of(found, "hpo_slots_busy", sweep="made") == of(found, "hpo_slots", sweep="made") == 2
    assert of(found, "hpo_evaluations_total", sweep="made") == sum(len(one.evaluations) for one in look.records)
    seconds = sum(record.seconds("train_s") for record in look.records)
    assert of(found, "hpo_seconds_total", sweep="made", kind="train") == pytest.approx(seconds)
    assert (of(found, "hpo_queue_length"), of(found, "hpo_queue_running"), of(found, "hpo_ledger_up")) == (3, 1, 1)


def test_the_confirmation_counts_as_work_not_as_trials(tmp_path: Path) -> None:
    place = Place(tmp_path)
    part = made_sweep(place, trials=4, points=3).begin_part(PART, {SINCE: 0, "metric": "accuracy"})
    part.study.ask()
    part.start(0, {CONFIGURATION: 1, SEED: 1042})
    newest = {"step": 40, "epoch": 1.0, "metrics": {"accuracy": 0.7}, "last": False, "train_s": 5.0}
    at = part.evaluate(0, newest, 0.7)["at"]
    with driven(place):
        watch = Watch(place, poll_s=0.0)
        look, found = watch.look("made"), values(Exposition(watch))
        part.note(SINCE, 1)  # What was confirmed counts no more; that it was trained does.
        later = values(Exposition(Watch(place, poll_s=0.0)))
    assert of(found, "hpo_slots_busy", sweep="made") == 1
    assert of(found, "hpo_newest_event_timestamp_seconds", sweep="made") == pytest.approx(at)
    seconds = sum(record.seconds("train_s") for record in look.records)
    evaluations = sum(len(record.evaluations) for record in look.records)
    assert of(found, "hpo_seconds_total", sweep="made", kind="train") == pytest.approx(seconds + 5.0)
    assert of(found, "hpo_evaluations_total", sweep="made") == evaluations + 1
    assert of(found, "hpo_trials", sweep="made", state="running") == 0
    assert of(later, "hpo_evaluations_total", sweep="made") == evaluations + 1
    assert of(later, "hpo_seconds_total", sweep="made", kind="train") == pytest.approx(seconds + 5.0)


def test_seconds_that_it_ran_never_fall(running: Watch) -> None:
    """As they would, if those since the driver's last sign were guessed, and it was killed then."""
    while_driven = of(values(Exposition(running)), "hpo_spent_seconds_total", sweep="made")
    (line,) = running.sweeps()
    assert line.spent_s > while_driven
    assert line.about["spent_s"] == while_driven


def test_a_cause_is_there_before_the_first_trial_ends_by_it(running: Watch) -> None:
    """Else Prometheus would not see it grow from nothing."""
    found = values(Exposition(running))["hpo_trials_ended_total"]
    assert found[frozenset({("sweep", "made"), ("cause", "lost")})] == 0


def test_all_names_that_are_promised_are_there_and_no_others(running: Watch) -> None:
    assert values(Exposition(running)).keys() == OF_A_SWEEP.keys() | OF_THE_SERVER.keys()


def test_a_sweep_whose_driver_is_gone(place: Place) -> None:
    found = values(Exposition(Watch(place)))
    assert of(found, "hpo_sweep_state", sweep="made", state="interrupted") == 1
    assert of(found, "hpo_sweep_running", sweep="made") == of(found, "hpo_slots_busy", sweep="made") == 0
    assert of(found, "hpo_sweeps", state="interrupted") == 1


def test_only_sweeps_of_late_are_told_and_not_too_many(place: Place) -> None:
    (line,) = Watch(place).sweeps()
    now = line.left_at + RECENT_S
    old, late = line, replace(line, left_at=now - 1)
    runs = replace(line, state="running", left_at=0.0)
    assert recent([late, old, runs], now) == [runs, late]
    assert len(recent([late] * MOST_SWEEPS * 2, now)) == MOST_SWEEPS


def test_sweeps_that_ended_are_read_a_few_at_a_time(tmp_path: Path) -> None:
    place = Place(tmp_path)
    for number in range(READ_AT_ONCE + 1):
        made_sweep(place, f"s{number}", trials=2, points=2, running=1, confirmed=False)
    exposition = Exposition(Watch(place))
    assert len(values(exposition)["hpo_sweep_running"]) == READ_AT_ONCE
    assert len(values(exposition)["hpo_sweep_running"]) == READ_AT_ONCE + 1


def test_a_ledger_that_is_away(tmp_path: Path) -> None:
    place = Place(tmp_path)
    made_sweep(place, trials=2, points=2, confirmed=False)
    watch = Watch(place, poll_s=0.0)
    watch.sweeps()
    with sqlite3.connect(place.ledger_url.removeprefix("sqlite:///")) as connection:
        connection.execute("ALTER TABLE trials RENAME TO gone")
    connection.close()
    found = values(Exposition(watch))
    assert of(found, "hpo_ledger_up") == 0
    assert "hpo_trials" not in found
