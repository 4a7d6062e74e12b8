"""One sweep from its plan to its summary, or on from where its last driver stopped."""

from __future__ import annotations

import errno
import os
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, suppress
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console

from hpo.begin import CONFIG, DATA_CARD
from hpo.budget import Budget
from hpo.collapse import trivial_value
from hpo.config.resolve import to_plain
from hpo.confirm.confirmation import Confirmation
from hpo.errors import HpoError, LedgerError
from hpo.execution.gauges import RayGauges
from hpo.execution.job import TrialJob
from hpo.execution.run import run_on_ray
from hpo.execution.runtime import ray_runtime
from hpo.exitcode import ExitCode
from hpo.failures import Patience
from hpo.finish import FAILED, Left, finish, give_up, show
from hpo.interrupt import Interrupt
from hpo.ledger import DisplacedError, Inbox, Kind, Ledger, Seat, hurry, open_engine
from hpo.plan import Plan
from hpo.population.course import aside_for, course_of, taking_of
from hpo.population.keeper import AsideKeeper
from hpo.proposal import Proposal
from hpo.schedulers import longest_training
from hpo.schedulers.several import scheduler_for
from hpo.search import Search
from hpo.steward import Steward
from hpo.stopping import Stopped
from hpo.storage.scratch import scratch_root
from hpo.storage.sweep import storage_url
from hpo.terminal.confirming import Confirming
from hpo.terminal.live import Display
from hpo.trialspec import files_of
from hpo.weights import WeightKeeper
from models.baselines.base import run_baselines

if TYPE_CHECKING:
    from hpo.tracking.tracker import Tracker


def drive(plan: Plan, console: Console, prepare: Callable[[Ledger], None] = lambda ledger: None) -> int:
    """Run a sweep that is in the ledger to its end, or until it is to be left, and show what it found.

    Whatever happens, the ledger has all that is needed to go on.

    Args:
        prepare: Called when this process is the sweep's driver, before anything else: what it writes, nobody else does.

    Returns:
        The exit code: 0; 1 when no trial has a result, or the sweep was given up; 130 when it was stopped.

    Raises:
        SweepBusyError: Another process drives it.
        HpoError: The ledger, the cluster or the disk failed.
    """
    try:
        return _drive(plan, console, prepare)
    except LedgerError as error:
        raise HpoError(f"{error}; then go on with it: hpo resume {plan.name}") from error
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        where = f"no space is left under {plan.output_dir}; make room"
        raise HpoError(f"{where}, then go on with it: hpo resume {plan.name}") from error


def _drive(plan: Plan, console: Console, prepare: Callable[[Ledger], None]) -> int:
    with ExitStack() as stack:
        driver = stack.enter_context(_Driver(plan, prepare))
        ledger, interrupt = driver.ledger, driver.interrupt
        display = stack.enter_context(Display(plan, driver.budget, console))
        confirmation = Confirmation(plan, ledger)
        interrupt.say = display.note
        stack.enter_context(interrupt.listening())
        pool = stack.enter_context(ThreadPoolExecutor(2))
        opening = pool.submit(_open_tracker, plan, ledger)  # takes seconds, in which Ray starts
        measuring = pool.submit(_baselines, plan, ledger)  # the same
        try:
            left = _run(driver, display, opening, measuring, confirmation)
            if not left.why:
                confirmation.conclude(opening.result(), display.note)
        except KeyboardInterrupt:
            left = Left(interrupt.why)
        except Exception as error:
            hurry()
            driver.check_seat()
            give_up(ledger, opening, str(error))
            raise
        driver.check_seat()
        display.note("writing the results")
        tracker, in_time = opening.result(), not interrupt.in_a_hurry
        summary = finish(plan, ledger, tracker, driver.budget, left, confirmation, register=in_time)
    show(console, summary, left)
    if left.why and not left.in_trouble:
        return ExitCode.INTERRUPTED
    return ExitCode.FAILED if summary["best"] is None or left.in_trouble else ExitCode.OK


class _Driver:
    """This process as the sweep's driver: the only one, and known to be alive. A context manager.

    Attributes:
        ledger: Opened when no other process writes to it any more.
        budget: Of the sweep, whose time runs.
        since: When it began, Unix seconds.
    """

    def __init__(self, plan: Plan, prepare: Callable[[Ledger], None]) -> None:
        self.plan, self.interrupt = plan, Interrupt()
        self._prepare = prepare
        self._begun, self._displaced = threading.Event(), threading.Event()
        self._seat = Seat(plan.ledger_url, plan.name, self._on_lost, self._on_beat)
        self.since = self._seat.since

    def __enter__(self) -> _Driver:
        self._seat.__enter__()
        try:
            self.ledger = Ledger.open(self.plan.ledger_url, self.plan.name)
            self._prepare(self.ledger)
            about = self.ledger.about
            self.budget = Budget.of(about, self.plan.slots.cpus, self.plan.slots.gpu)
            self._begun.set()
            self.ledger.note("left_because", "")
            self.ledger.note("status", "running")
        except BaseException:
            self._seat.__exit__(None, None, None)
            raise
        return self

    def __exit__(self, *exit_: Any) -> None:
        self._seat.__exit__(*exit_)

    def check_seat(self) -> None:
        """Go no further where another process took the sweep over.

        Raises:
            DisplacedError: It did.
        """
        if self._displaced.is_set():
            raise DisplacedError(f"another process drives {self.plan.name!r} now; this one stops")

    def _on_beat(self) -> None:
        if self._begun.is_set():
            self.ledger.note("spent_s", self.budget.spent_s)

    def _on_lost(self) -> None:
        self._displaced.set()
        self.interrupt.at_once()


def _run(
    driver: _Driver,
    display: Display,
    opening: Future[Tracker],
    measuring: Future[list[dict[str, Any]]],
    confirmation: Confirmation,
) -> Left:
    """Run the trials. Returns whether and why the sweep was left before it was done."""
    plan, ledger, interrupt = driver.plan, driver.ledger, driver.interrupt
    inbox = Inbox(open_engine(plan.ledger_url), plan.name)
    if _is_done(driver, inbox) and confirmation.is_done:  # Nothing but what MLflow may lack.
        opening.result().catch_up(ledger.trials())
        return Left()
    cluster = plan.config.cluster
    read = {} if cluster.storage is not None else files_of(plan.config)
    runtime = ray_runtime(cluster, plan.slots, plan.output_dir, read, partial(_head_lost, ledger, display))
    with runtime as slots, interrupt.hearing_sigterm():
        ledger.note("slots", to_plain(slots))
        ledger.note("baselines", baselines := measuring.result())
        tracker = opening.result()
        tracker.baselines(baselines)
        ledger.settle(plan.metric)
        tracker.catch_up(records := ledger.trials())
        display.before(records)
        known = (*records, *confirmation.records)
        gauges = RayGauges(plan.name, plan.metric, maximize=plan.maximize, records=known)
        search = _search(driver, baselines, tracker, display, gauges)
        search.stopper.say = display.no_more
        steward = Steward(search, inbox, driver.since, lambda: interrupt.why)
        job_of = partial(_job, plan, ledger.about)
        steward.tick()  # What was asked while nobody drove, such as more budget.
        train = partial(_train, driver)
        while True:  # More trials may be asked for while the best are confirmed.
            train(search, steward, job_of, plan.sweep_dir)
            if steward.stopping:
                break
            search.conclude()
            search.stopper.conclude(len(search.records))
            confirmation.retrain(train, steward, job_of, tracker, [Confirming(display, plan.metric), gauges])
            if steward.stopping or (search.finished and confirmation.is_done):
                break
    return Left(steward.stopping, steward.in_trouble)


def _train(
    driver: _Driver, search: Search, steward: Steward, job_of: Callable[[Proposal], TrialJob], folder: Path
) -> None:
    """Run a search's trials until there are none, or the sweep is to be left."""
    if search.finished and all(record.state.ended for record in search.records.values()):
        return
    try:
        run_on_ray(search, steward, driver.plan.slots, job_of, folder)
    except KeyboardInterrupt:
        driver.check_seat()
        steward.stop(driver.interrupt.why)
    search.leave(steward.stopping or "driver_gone")


def _head_lost(ledger: Ledger, display: Display) -> None:
    """The main thread is stuck in Ray for good: the sweep is left as it is, to be resumed on a new cluster."""
    why = "the head of the Ray cluster is gone"
    with suppress(LedgerError):
        ledger.note("left_because", why)
        ledger.note("status", FAILED)
    display.end(f"{why}; go on with it on a new one: hpo resume {ledger.name} cluster.address=HOST:PORT")
    os._exit(ExitCode.FAILED)


def _is_done(driver: _Driver, inbox: Inbox) -> bool:
    """Whether there is nothing to train: every trial has ended, the budget is used up, nobody asks for more."""
    states = [trial.state for trial in driver.ledger.study.get_trials(deepcopy=False)]
    ended = all(state.is_finished() for state in states)
    asked = [request for request in inbox.waiting() if request.kind is not Kind.STOP]
    stopped = Stopped.of(driver.ledger.about)
    done = (stopped is not None and stopped.lasts) or not driver.budget.allows(len(states))
    return ended and done and not asked


def _baselines(plan: Plan, ledger: Ledger) -> list[dict[str, Any]]:
    """The task's cheap baselines on the validation rows, as JSON has them; measured once a sweep."""
    known: list[dict[str, Any]] = ledger.about["baselines"]
    if known or not plan.config.sweep.baselines:
        return known
    return [asdict(baseline) for baseline in run_baselines(plan.config.data.task, plan.data)]


def _open_tracker(plan: Plan, ledger: Ledger) -> Tracker:
    """The sweep in MLflow. Imported here: it takes seconds, in which Ray starts."""
    from hpo.tracking.open import open_tracker  # noqa: PLC0415

    tracker = open_tracker(ledger, plan.config.tracking, plan.output_dir)
    for name in (CONFIG, DATA_CARD):
        tracker.text(name, (plan.sweep_dir / name).read_text(encoding="utf-8"))
    return tracker


def _search(
    driver: _Driver, baselines: list[dict[str, Any]], tracker: Tracker, display: Display, gauges: RayGauges
) -> Search:
    plan, ledger = driver.plan, driver.ledger
    longest = longest_training(plan.config.train, plan.space)
    weights = WeightKeeper(plan.sweep_dir, plan.config.sweep.keep_models, ledger)
    aside = AsideKeeper(plan.sweep_dir, ledger)
    return Search(
        ledger,
        plan.sampler,
        scheduler_for(plan.config.scheduler, plan.aims, longest, plan.space, plan.believed),
        metric=plan.metric,
        budget=driver.budget,
        patience=Patience(plan.config.trial.retries, plan.config.sweep.max_failures),
        start=plan.start,
        trivial=trivial_value(baselines, plan.metric),
        aims=plan.aims,
        observers=(weights, tracker, display, aside, gauges),
    )


def _job(plan: Plan, about: Mapping[str, Any], proposal: Proposal) -> TrialJob:
    care = plan.config.trial
    storage = storage_url(about, plan.name)
    aside = aside_for(plan, storage)
    folder = plan.trial_dir(proposal.number) if storage is None else scratch_root(plan.output_dir, plan.name)
    return TrialJob(
        sweep_id=about["sweep_id"],
        number=proposal.number,
        attempt=proposal.attempt,
        spec=course_of(plan, proposal.params, proposal.lineage),
        out_dir=str(folder.resolve()),
        checkpoint_every_s=care.checkpoint_every_s,
        timeout_s=None if care.timeout_min is None else 60 * care.timeout_min,
        pieces=proposal.pieces,
        warm_from=proposal.warm_from,
        storage=storage,
        limits=plan.aims.before_training,
        measure_latency=plan.aims.needs_latency,
        taking=taking_of(aside, proposal.lineage),
        aside=aside,
    )
