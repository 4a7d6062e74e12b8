"""What the search is told of a trial's messages."""

from pathlib import Path

import pytest
from ray.tune.experiment import Trial

from hpo.execution.adapter import SchedulerAdapter
from hpo.execution.job import MESSAGE, Finished, TrialJob
from hpo.execution.watch import Watch
from hpo.ledger import Inbox, ledger_url, open_engine
from hpo.schedulers import FifoSpec
from hpo.search import Search
from hpo.steward import Steward
from models.spec import DocstringsData, FullTuning, TinyModel, TrainSpec
from tests.hpo.test_search import PARAMS, evaluation, make

SPENT = {"train_s": 2.0, "eval_s": 0.5, "wait_s": 0.25}
TOLD = {  # What a trial says at its end that was in a slot twice, for two evaluations each time.
    "diverged": Finished("diverged", "loss is nan", {"wait_s": 0.5}),
    "out of memory": Finished("out_of_memory", "one row does not fit", {"wait_s": 0.5}),
    "whole": Finished(None, "", {"train_s": 4.5, "eval_s": 2.5, "load_s": 3.0, "wait_s": 0.5}),
}


def in_its_second_stay(search: Search) -> TrialJob:
    proposal = search.next()
    assert proposal is not None
    for epoch in (1, 2):
        search.evaluated(0, {**evaluation(epoch, 0.5), **SPENT})
    search.left(0, "left")
    search.come_back(0)
    proposal = search.next()
    assert proposal is not None
    assert proposal.attempt == 1
    for epoch in (3, 4):
        search.evaluated(0, {**evaluation(epoch, 0.5), **SPENT})
    spec = TrainSpec(DocstringsData(), TinyModel(), FullTuning(), PARAMS)
    return TrialJob("id", 0, 1, spec, "folder", checkpoint_every_s=60.0, timeout_s=None)


@pytest.mark.parametrize("told", TOLD)
def test_seconds_of_earlier_stays_are_not_lost(told: str, tmp_path: Path) -> None:
    search, _ = make(tmp_path, FifoSpec(), trials=1)
    job = in_its_second_stay(search)
    steward = Steward(search, Inbox(open_engine(ledger_url(tmp_path)), "sweep"), 0.0, lambda: "")
    trial = Trial("trial", config={"job": job}, stub=True)
    SchedulerAdapter(search, steward, Watch()).on_trial_result(None, trial, {MESSAGE: TOLD[told]})
    (record,) = search.ledger.trials()
    assert record.state.ended
    assert [record.seconds(kind) for kind in SPENT] == [8.0, 2.5 if told == "whole" else 2.0, 1.0]
    assert record.seconds("load_s") == (3.0 if told == "whole" else 0.0)
