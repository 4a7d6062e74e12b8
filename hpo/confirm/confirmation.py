"""The confirmation of one sweep, as its driver runs it: retrain, rank, look at the test rows, tell MLflow."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hpo.budget import Budget
from hpo.confirm.conclusion import conclude, figures_of
from hpo.confirm.part import open_part, part_dir
from hpo.confirm.record import part_of, records_of, since
from hpo.confirm.retraining import Retraining, candidates, configuration, wanted
from hpo.confirm.sampler import Retrainer
from hpo.confirm.steward import ConfirmationSteward
from hpo.execution.job import TrialJob
from hpo.failures import Patience
from hpo.ledger import Ledger, TrialRecord
from hpo.lineage import Segment, lineage
from hpo.observer import Observer
from hpo.plan import Plan
from hpo.population.course import course_of
from hpo.proposal import Proposal
from hpo.schedulers import longest_training
from hpo.schedulers.fifo import Fifo
from hpo.schedulers.length import Length
from hpo.search import Search
from hpo.steward import Steward
from hpo.storage.sweep import storage_url
from hpo.weights import WeightKeeper, tidy_up
from models.spec import TrainSpec

if TYPE_CHECKING:
    from hpo.tracking.confirming import ConfirmationTracker
    from hpo.tracking.tracker import Tracker

Run = Callable[[Search, Steward, Callable[[Proposal], TrialJob], Path], None]


class Confirmation:
    """Everything after the search that makes one configuration the best.

    Args:
        ledger: Of the sweep.
    """

    def __init__(self, plan: Plan, ledger: Ledger) -> None:
        self._plan, self._ledger = plan, ledger
        self._tracker: ConfirmationTracker | None = None

    @property
    def is_done(self) -> bool:
        """Whether all that the sweep's record asks for has been trained again."""
        records = self.records if self._plan.config.confirm.top_k else ()
        ended = {Retraining.of(record) for record in records if record.state.ended}
        return all(one in ended for one in self._wanted) and all(record.state.ended for record in records)

    @property
    def records(self) -> Sequence[TrialRecord]:
        """What has been trained again so far."""
        part = part_of(self._ledger)
        return () if part is None else records_of(part)

    def retrain(
        self,
        run: Run,
        steward: Steward,
        job_of: Callable[[Proposal], TrialJob],
        tracker: Tracker,
        observers: Sequence[Observer],
    ) -> None:
        """Train again what is still missing; nothing, where nothing is.

        Args:
            run: Runs a search's trials in slots until there are none, with its bookkeeping in a folder.
            steward: Of the search, who is told when the sweep is to be left.
            job_of: Makes a training of the search out of a proposal.
            tracker: Of the sweep.
            observers: Whoever else wants to know.
        """
        if self.is_done:
            return
        part = self._part
        own = self._open_tracker(tracker)
        folder = part_dir(self._plan.sweep_dir)
        keeper = WeightKeeper(folder, 1, part, self._best_of_each)
        search = Search(
            part,
            Retrainer(self._wanted, self._searched, since(part)),
            Fifo(self._plan.maximize, Length.of(longest_training(self._plan.config.train, self._plan.space))),
            metric=self._plan.metric,
            budget=Budget(None),
            patience=Patience(self._plan.config.trial.retries, self._plan.config.sweep.max_failures),
            observers=(keeper, own, *observers),
        )
        run(search, ConfirmationSteward(search, steward), lambda proposal: self._job(job_of, proposal), folder)

    def conclude(self, tracker: Tracker, say: Callable[[str], None]) -> None:
        """Rank what was trained again, look at the test rows, and tell MLflow the figures."""
        if part_of(self._ledger) is None or not self._plan.config.confirm.top_k:
            return
        self._open_tracker(tracker)
        found = conclude(self._plan, self._ledger, self._part, self._spec_of, say)
        if found["winner"] is not None:
            tracker.figures(figures_of(found, self._plan.metric), found["at"], found["winner"]["trial"])

    def close(self, patience_s: float) -> None:
        """Wait until MLflow has the retrainings.

        Raises:
            TrackingError: It did not take them.
        """
        if self._tracker is not None:
            tracker, self._tracker = self._tracker, None
            tracker.close(patience_s)

    def tidy_up(self) -> str:
        """Remove what no retraining owns from the storage. Returns what could not be done; empty: nothing."""
        part = part_of(self._ledger)
        return "" if part is None else tidy_up(part, 1, self._best_of_each)

    @cached_property
    def _part(self) -> Ledger:
        return open_part(self._plan, self._ledger)

    @property
    def _wanted(self) -> list[Retraining]:
        asked = self._plan.config.confirm
        chosen = candidates(self._ledger.trials(), self._plan.maximize, asked.top_k)
        return wanted(chosen, self._plan.config.train.seed, asked.seeds)

    @property
    def _searched(self) -> dict[int, dict[str, Any]]:
        return {record.number: record.params for record in self._ledger.trials()}

    def _open_tracker(self, tracker: Tracker) -> ConfirmationTracker:
        """The retrainings in MLflow; what it lacks of them is written first."""
        from hpo.tracking.confirming import ConfirmationTracker  # noqa: PLC0415  # it imports mlflow

        if self._tracker is None:
            self._part.settle(self._plan.metric)
            self._tracker = ConfirmationTracker(self._part, self._plan.config.tracking, self._plan.metric, tracker)
            self._tracker.catch_up(self._part.trials())
        return self._tracker

    def _best_of_each(self, ranked: list[TrialRecord], keep: int) -> list[TrialRecord]:
        """The first `keep` of each configuration: one of them may win."""
        kept: list[TrialRecord] = []
        for record in ranked:
            number = Retraining.of(record).configuration
            same = sum(Retraining.of(other).configuration == number for other in kept)
            if record.number >= since(self._part) and same < keep:
                kept.append(record)
        return kept

    def _spec_of(self, record: TrialRecord) -> TrainSpec:
        course = self._course(Retraining.of(record).configuration)
        spec = course_of(self._plan, configuration(record), course)
        return replace(spec, train=replace(spec.train, seed=Retraining.of(record).seed))

    def _course(self, number: int) -> tuple[Segment, ...]:
        """The stretches of a trial of the search whose values changed; empty: they did not."""
        records = {record.number: record for record in self._ledger.trials()}
        return lineage(records, number) if records[number].exploits else ()

    def _job(self, job_of: Callable[[Proposal], TrialJob], proposal: Proposal) -> TrialJob:
        """The search's training of the same configuration, at a place of its own and under its own seed."""
        plan, part = self._plan, self._part
        about, record = part.about, part.trial(proposal.number)
        job = job_of(replace(proposal, params=configuration(record)))
        storage = storage_url(about, part.name)
        folder = part_dir(plan.sweep_dir) / "trials" / f"{proposal.number:04d}"
        return replace(
            job,
            sweep_id=about["sweep_id"],
            spec=self._spec_of(record),
            out_dir=str(folder.resolve()) if storage is None else job.out_dir,
            storage=storage,
            aside=None,
        )
