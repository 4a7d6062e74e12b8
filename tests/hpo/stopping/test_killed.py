"""A driver that is killed at any write to the ledger after the target is reached leaves the same to the next one."""

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hpo.budget import Budget
from hpo.failures import Failure, Kind, Patience
from hpo.ledger import Ledger, State, ledger_url
from hpo.ledger.storage import PatientStorage
from hpo.samplers import RandomSpec, make_sampler
from hpo.schedulers import FifoSpec, make_scheduler
from hpo.search import Search
from hpo.space import Space, TrialSchema
from hpo.stopping import Stopped, StopSpec
from models.spec import DocstringsData, FullTuning, TinyModel, TrainParams

PARAMS = TrainParams(epochs=3)
SCHEMA = TrialSchema({"data": DocstringsData(), "model": TinyModel(), "tuning": FullTuning(), "train": PARAMS})
SPACE = Space.parse({"train": {"weight_decay": {"low": 0.0, "high": 0.1}}}, SCHEMA)
WRITES = (
    "set_study_user_attr",
    "set_trial_user_attr",
    "set_trial_intermediate_value",
    "set_trial_state_values",
)


class Killed(BaseException):
    """The driver is gone at this instant."""


class Executioner:
    """Lets so many writes to the ledger through, and kills the driver before the next."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.left = math.inf
        for name in WRITES:
            monkeypatch.setattr(PatientStorage, name, self._watching(getattr(PatientStorage, name)))

    def _watching(self, write: Callable[..., Any]) -> Callable[..., Any]:
        def method(*args: Any, **kwargs: Any) -> Any:
            if self.left <= 0:
                raise Killed
            self.left -= 1
            return write(*args, **kwargs)

        return method


def search_over(ledger: Ledger) -> Search:
    sampler, scheduler = make_sampler(RandomSpec(), SPACE, 0), make_scheduler(FifoSpec(), True, PARAMS)
    return Search(ledger, sampler, scheduler, metric="accuracy", budget=Budget.of(ledger.about), patience=Patience(2))


def evaluation(value: float) -> dict[str, Any]:
    return {"step": 1, "epoch": 1.0, "metrics": {"accuracy": value}, "last": False}


def test_killed_at_any_write_after_the_target_is_reached(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    executioner = Executioner(monkeypatch)
    url = ledger_url(tmp_path)
    budget = Budget(9, stop=StopSpec(target=0.9)).to_dict()
    for writes in range(1, 20):  # With 1, the evaluation itself is in the ledger, and nothing more.
        ledger = Ledger.create(url, f"killed-{writes}", maximize=True, about={"budget": budget})
        search = search_over(ledger)
        lost, _, slow, quick = (search.propose() for _ in range(4))
        assert lost is not None
        assert slow is not None
        assert quick is not None
        search.failed(lost.number, Failure(Kind.LOST, "gone"))
        search.evaluated(slow.number, evaluation(0.2))
        executioner.left = writes
        try:
            search.evaluated(quick.number, evaluation(0.95))
            killed = False
        except Killed:
            killed = True
        executioner.left = math.inf
        later = search_over(Ledger.open(url, ledger.name))
        states = [record.state for record in later.records.values()]
        assert states == [State.PRUNED, State.PRUNED, State.PRUNED, State.COMPLETE], writes
        assert later.next() is None
        assert [record.state for record in later.ledger.trials()] == states
        stopped = Stopped.of(later.ledger.about)
        assert stopped is not None
        assert stopped.trials == 4
        if not killed:
            assert writes > 5
            return
    raise AssertionError("there are more writes than were tried")
