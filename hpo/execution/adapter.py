"""Ray Tune's two interfaces, told by and telling one `Search`: it asks for configurations and reports results."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any

import ray
from ray.exceptions import RayActorError
from ray.tune import Stopper
from ray.tune.experiment import Trial
from ray.tune.schedulers import TrialScheduler
from ray.tune.search import Searcher

from hpo.execution.job import MESSAGE, Finished, TrialJob
from hpo.ledger import Cause, Outcome
from hpo.schedulers import Decision
from hpo.search import Proposal, Search

COLOURS = re.compile(r"\x1b\[[0-9;]*m")


class _KeptFromRay:
    """Ray Tune pickles what it is given for its own snapshots; the sweep is rebuilt from the ledger instead."""

    def __getstate__(self) -> dict[str, Any]:
        return {}


class SearchAdapter(_KeptFromRay, Searcher):  # type: ignore[misc]  # ray is untyped
    """Hands out the search's proposals, never more at once than there are slots.

    Ray Tune would ask ahead of a free slot; a proposal made then lacks the results that come in before it starts.
    """

    def __init__(self, search: Search, slots: int, job_of: Callable[[Proposal], TrialJob]) -> None:
        super().__init__()
        self._search = search
        self._slots = slots
        self._job_of = job_of

    def suggest(self, trial_id: str) -> dict[str, Any] | str | None:
        """The next configuration; None to ask again later."""
        if self._search.finished:
            return str(Searcher.FINISHED)
        if len(self._search.running) >= self._slots:
            return None
        proposal = self._search.propose()
        return {"job": self._job_of(proposal)} if proposal is not None else str(Searcher.FINISHED)

    def on_trial_complete(self, trial_id: str, result: dict[str, Any] | None = None, error: bool = False) -> None:
        """Nothing: the scheduler's side tells the search how a trial ended."""

    def save(self, checkpoint_path: str) -> None:
        """Nothing: the ledger holds all."""

    def restore(self, checkpoint_path: str) -> None:
        """Nothing: a sweep is rebuilt from the ledger."""


class SchedulerAdapter(_KeptFromRay, TrialScheduler):  # type: ignore[misc]
    """Passes every result to the search and its decision back."""

    def __init__(self, search: Search) -> None:
        super().__init__()
        self._search = search
        self._pending: deque[Trial] = deque()

    def on_trial_add(self, tune_controller: Any, trial: Trial) -> None:
        """A trial waits for its slot."""
        self._pending.append(trial)

    def on_trial_result(self, tune_controller: Any, trial: Trial, result: dict[str, Any]) -> str:
        """An evaluation, or the trial's own word on how it ended."""
        number = number_of(trial)
        message = result[MESSAGE]
        if isinstance(message, Finished):
            cause = Cause(message.cause) if message.cause else None
            self._search.ended(number, Outcome(cause, message.reason, message.facts))
            return str(TrialScheduler.STOP)
        decision = self._search.evaluated(number, message.evaluation)
        return str(TrialScheduler.STOP if decision is Decision.STOP else TrialScheduler.CONTINUE)

    def on_trial_error(self, tune_controller: Any, trial: Trial) -> None:
        """The trial raised, or its process was lost."""
        error = _error_of(trial)
        cause = Cause.LOST if isinstance(error, RayActorError) else Cause.ERROR
        # The error's text is the traceback in the trial's process, in the colours of a terminal.
        self._search.ended(number_of(trial), Outcome(cause, COLOURS.sub("", str(error))))

    def on_trial_complete(self, tune_controller: Any, trial: Trial, result: dict[str, Any]) -> None:
        """The process is free again; the search was told with the outcome."""

    def on_trial_remove(self, tune_controller: Any, trial: Trial) -> None:
        """A trial that never ran."""
        self._search.ended(number_of(trial), Outcome(Cause.LOST, "Ray Tune removed the trial before it ran"))

    def choose_trial_to_run(self, tune_controller: Any) -> Trial | None:
        """First come, first served: the search has ordered them."""
        while self._pending and self._pending[0].status != Trial.PENDING:
            self._pending.popleft()
        return self._pending[0] if self._pending else None

    def debug_string(self) -> str:
        """What Ray prints of a scheduler."""
        return f"{type(self._search.scheduler).__name__} by {type(self).__name__}"


class UserStop(_KeptFromRay, Stopper):  # type: ignore[misc]
    """Ends the sweep when the person asked for it."""

    def __init__(self, asked: Callable[[], bool]) -> None:
        self._asked = asked

    def __call__(self, trial_id: str, result: dict[str, Any]) -> bool:
        """Never stops one trial alone."""
        return False

    def stop_all(self) -> bool:
        """Whether the person asked."""
        return self._asked()


def number_of(trial: Trial) -> int:
    """The trial's number in the sweep."""
    job: TrialJob = trial.config["job"]
    return job.number


def _error_of(trial: Trial) -> Exception | None:
    """What Ray Tune has just written of a trial's failure; its own `get_error` looks where it is copied to later."""
    path = trial.pickled_error_file
    if path is None or not Path(path).is_file():
        return None
    error: Exception = ray.cloudpickle.loads(Path(path).read_bytes())
    return error
