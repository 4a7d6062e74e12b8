"""Ray Tune's two interfaces, told by and telling one `Search`: it asks for configurations and reports results.

A trial of Ray Tune is one stay in a slot (an attempt); a trial of the sweep that comes back is a new one to Ray Tune.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any

import ray
from ray.tune import Stopper
from ray.tune.experiment import Trial
from ray.tune.schedulers import TrialScheduler
from ray.tune.search import Searcher

from hpo.execution.classify import failure_of, is_disk_full
from hpo.execution.job import MESSAGE, Evaluated, Finished, Left, Message, Placed, TrialJob
from hpo.execution.watch import Watch
from hpo.failures import Failure, Kind
from hpo.judge import of_all_stays
from hpo.ledger import Cause, Outcome
from hpo.proposal import Proposal
from hpo.schedulers import Decision
from hpo.search import Search
from hpo.steward import Steward

NODES_S = 1.0  # How old the list of the cluster's nodes may be.


class _KeptFromRay:
    """Ray Tune pickles what it is given for its own snapshots; the sweep is rebuilt from the ledger instead."""

    def __getstate__(self) -> dict[str, Any]:
        return {}


class SearchAdapter(_KeptFromRay, Searcher):  # type: ignore[misc]  # ray is untyped
    """Hands out the search's proposals, never more at once than there are slots.

    Ray Tune would ask ahead of a free slot; a proposal made then lacks the results that come in before it starts.
    """

    def __init__(
        self, search: Search, steward: Steward, slots: Callable[[], int], job_of: Callable[[Proposal], TrialJob]
    ) -> None:
        super().__init__()
        self._search, self._steward = search, steward
        self._slots = slots
        self._job_of = job_of

    def suggest(self, trial_id: str) -> dict[str, Any] | str | None:
        """What to train next; None to ask again later: a running trial may be lost, and come back."""
        self._steward.tick()  # While no slot is to be had, Ray Tune asks nothing but this.
        running = len(self._search.running)
        if self._steward.stopping or (not running and self._search.finished):
            return str(Searcher.FINISHED)
        if running >= self._slots():
            return None
        proposal = self._search.next()
        return {"job": self._job_of(proposal)} if proposal is not None else None

    def on_trial_complete(self, trial_id: str, result: dict[str, Any] | None = None, error: bool = False) -> None:
        """Nothing: the scheduler's side tells the search how a trial ended."""

    def save(self, checkpoint_path: str) -> None:
        """Nothing: the ledger holds all."""

    def restore(self, checkpoint_path: str) -> None:
        """Nothing: a sweep is rebuilt from the ledger."""


class SchedulerAdapter(_KeptFromRay, TrialScheduler):  # type: ignore[misc]
    """Passes every result to the search and its decision back, and looks after the running trials meanwhile."""

    def __init__(self, search: Search, steward: Steward, watch: Watch) -> None:
        super().__init__()
        self._search, self._steward, self._watch = search, steward, watch
        self._pending: deque[Trial] = deque()

    def on_trial_add(self, tune_controller: Any, trial: Trial) -> None:
        """A trial waits for its slot."""
        self._pending.append(trial)
        self._watch.add(trial)

    def on_trial_result(self, tune_controller: Any, trial: Trial, result: dict[str, Any]) -> str:
        """A message of the trial."""
        if not self._is_current(trial):
            return str(TrialScheduler.STOP)
        goes_on = self._take(job_of(trial), result[MESSAGE])
        return str(TrialScheduler.CONTINUE if goes_on else TrialScheduler.STOP)

    def on_trial_error(self, tune_controller: Any, trial: Trial) -> None:
        """The trial raised, or its process was lost."""
        node_lost, hung = self._watch.node_is_gone(trial), self._watch.hung(trial)
        self._watch.remove(trial)
        if not self._is_current(trial):
            return
        error, number = _error_of(trial), job_of(trial).number
        if is_disk_full(error):
            why = f"trial {number} could not write, no space is left under {job_of(trial).out_dir}; make room"
            self._steward.stop(why, in_trouble=True)
            self._search.left(number, "disk_full")
            self._search.come_back(number)
            return
        if number in self._steward.endings:
            self._steward.left(number)
        else:
            self._search.failed(number, failure_of(error, node_lost=node_lost, hung=hung))

    def on_trial_complete(self, tune_controller: Any, trial: Trial, result: dict[str, Any]) -> None:
        """The process is free again; the search was told with the outcome."""
        self._watch.remove(trial)

    def on_trial_remove(self, tune_controller: Any, trial: Trial) -> None:
        """A trial that never ran."""
        self._watch.remove(trial)
        if self._is_current(trial):
            self._search.failed(job_of(trial).number, Failure(Kind.LOST, "Ray Tune removed the trial before it ran"))

    def choose_trial_to_run(self, tune_controller: Any) -> Trial | None:
        """First come, first served: the search has ordered them. Called several times a second."""
        self._steward.tick()
        self._watch.tick(self._steward.is_to_leave)
        while self._pending and self._pending[0].status != Trial.PENDING:
            self._pending.popleft()
        return self._pending[0] if self._pending else None

    def debug_string(self) -> str:
        """What Ray prints of a scheduler."""
        return f"{type(self._search.scheduler).__name__} by {type(self).__name__}"

    def _take(self, job: TrialJob, message: Message) -> bool:
        """Whether the trial goes on after the message."""
        match message:
            case Placed():
                self._watch.placed(job, message)
                self._search.placed(job.number, message.node, message.pid)
                return True
            case Evaluated():
                decision = self._search.evaluated(job.number, message.evaluation)
                if decision is Decision.PAUSE:  # It reads so before its next step, since it still waits for an answer.
                    self._watch.ask_to_leave(job)
                return decision is not Decision.STOP
            case Left(preempted=True):
                self._search.failed(job.number, Failure(Kind.PREEMPTED, "the process was told to end"))
                return True  # It ends by itself, and with it the process.
            case Left():
                self._steward.left(job.number, message.step)
                return False
            case Finished():
                cause = Cause(message.cause) if message.cause else None
                facts = of_all_stays(self._search.records[job.number], message.facts)
                self._search.ended(job.number, Outcome(cause, message.reason, facts))
                return False

    def _is_current(self, trial: Trial) -> bool:
        """Whether it is the sweep's trial as it runs now, not an earlier stay of it that is on its way out."""
        job = job_of(trial)
        return job.attempt == len(self._search.records[job.number].attempts) - 1


class UserStop(_KeptFromRay, Stopper):  # type: ignore[misc]
    """Ends the run when the sweep is to be left and no trial is in the middle of its training."""

    def __init__(self, search: Search, steward: Steward) -> None:
        self._search, self._steward = search, steward

    def __call__(self, trial_id: str, result: dict[str, Any]) -> bool:
        """Never stops one trial alone."""
        return False

    def stop_all(self) -> bool:
        """Whether the run is over."""
        return bool(self._steward.stopping) and not any(r.attempts[-1].pid for r in self._search.running)


def job_of(trial: Trial) -> TrialJob:
    """What the trial was given."""
    job: TrialJob = trial.config["job"]
    return job


class ClusterSlots:
    """How many trials fit into the cluster, as nodes come and go.

    Args:
        count: Makes the number out of the cluster's resources.
    """

    def __init__(self, count: Callable[[dict[str, float]], int]) -> None:
        self._count = count
        self._known, self._asked_at = 0, -NODES_S

    def __call__(self) -> int:
        """The number, asked of Ray at most once a second."""
        now = time.monotonic()
        if now - self._asked_at >= NODES_S:
            self._known, self._asked_at = self._count(ray.cluster_resources()), now
        return self._known


def _error_of(trial: Trial) -> Exception | None:
    """What Ray Tune has just written of a trial's failure; its own `get_error` looks where it is copied to later."""
    path = trial.pickled_error_file
    if path is None or not Path(path).is_file():
        return None
    error: Exception = ray.cloudpickle.loads(Path(path).read_bytes())
    return error
