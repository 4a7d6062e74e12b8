"""What the driver tells through Ray; that Ray passes it on is recorded in tests/dashboards/grafana/ray.prom."""

from dataclasses import replace
from pathlib import Path

from hpo.confirm.retraining import CONFIGURATION, SEED
from hpo.execution.gauges import EVERY_S, NAMES, RayGauges
from hpo.ledger import State, TrialRecord

RECORDED = Path(__file__).parents[2] / "dashboards" / "grafana" / "ray.prom"


class Counting(RayGauges):
    """Counts instead of telling Ray."""

    told = 0

    def _set(self) -> None:
        self.told += 1


def record(number: int, state: State, value: float | None = None) -> TrialRecord:
    ended_at = 2.0 if state.ended else None
    return TrialRecord(number, state, {}, 1.0, ended_at, value=value, facts={"train_s": 3.0})


def test_values_are_of_the_whole_sweep() -> None:
    before = [record(0, State.COMPLETE, 0.5), record(1, State.RUNNING)]
    gauges = Counting("first", "accuracy", maximize=True, records=before)
    gauges.ended(record(1, State.COMPLETE, 0.75))
    gauges.started(record(2, State.RUNNING))
    found = gauges.values()
    assert found.keys() == NAMES.keys()
    assert found["hpo_best_value"] == {("accuracy",): 0.75}
    assert (found["hpo_trials"][("complete",)], found["hpo_trials"][("running",)]) == (2, 1)
    assert (found["hpo_slots_busy"], found["hpo_seconds"][("train",)]) == ({(): 1}, 9)


def test_the_confirmation_counts_as_work_not_as_trials() -> None:
    gauges = Counting("first", "accuracy", maximize=True, records=[record(0, State.COMPLETE, 0.5)])
    again = replace(record(0, State.RUNNING, 0.9), params={CONFIGURATION: 0, SEED: 1042})
    gauges.started(again)
    found = gauges.values()
    assert (found["hpo_slots_busy"], found["hpo_seconds"][("train",)]) == ({(): 1}, 6)
    assert (found["hpo_trials"][("complete",)], found["hpo_trials"][("running",)]) == (1, 0)
    assert found["hpo_best_value"] == {("accuracy",): 0.5}


def test_they_are_set_when_a_trial_ends_and_else_now_and_then() -> None:
    now = [0.0]
    gauges = Counting("first", "accuracy", maximize=True, clock=lambda: now[0])
    one = record(0, State.RUNNING)
    gauges.started(one)
    gauges.evaluated(one)
    assert gauges.told == 1
    now[0] += EVERY_S
    gauges.evaluated(one)
    assert gauges.told == 2
    gauges.ended(replace(one, state=State.COMPLETE, ended_at=3.0))
    assert gauges.told == 3


def test_ray_passes_each_on_under_the_recorded_name() -> None:
    recorded = RECORDED.read_text()
    for name, (labels, _) in NAMES.items():
        lines = [line for line in recorded.splitlines() if line.startswith(f"ray_{name}{{")]
        assert lines, name
        assert all(f'{label}="' in line for line in lines for label in ("sweep", *labels))
