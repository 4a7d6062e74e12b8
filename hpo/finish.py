"""What is written and shown when a driver leaves a sweep: at its end, or on the way."""

from __future__ import annotations

import shutil
import time
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.text import Text

from hpo.budget import Budget
from hpo.errors import HpoError, LedgerError, TrackingError
from hpo.ledger import Ledger, TrialRecord
from hpo.plan import Plan
from hpo.results import SUMMARY, best_trial, weights_dir, write_summary
from hpo.storage.scratch import scratch_root
from hpo.terminal.tables import show_summary
from hpo.weights import bring_weights, tidy_up
from models.remote import RemoteError

if TYPE_CHECKING:
    from hpo.tracking.tracker import Tracker

STOPPED, FAILED, FINISHED = "stopped", "failed", "finished"
SHORT_S = 5.0  # For MLflow at the end, where it was away a moment ago, or the machine is about to go.
MLFLOW = {STOPPED: "KILLED", FAILED: "FAILED", FINISHED: "FINISHED"}


@dataclass(frozen=True)
class Left:
    """How a driver left its sweep.

    Attributes:
        why: Why, before it was done; empty: it is done.
        in_trouble: Whether something was wrong.
    """

    why: str = ""
    in_trouble: bool = False


def finish(
    plan: Plan, ledger: Ledger, tracker: Tracker, budget: Budget, left: Left, *, register: bool
) -> dict[str, Any]:
    """Log the champion, write the summary, and give MLflow the time to take what is left.

    Args:
        register: Whether there is time for the champion.

    Returns:
        The summary; with `problem`: what MLflow or the storage did not take, for people; empty: nothing.
    """
    best = best_trial(ledger.trials(), plan.maximize)
    ledger.note("spent_s", budget.spent_s)
    ledger.note("ended_at", now := time.time())
    ledger.note("left_because", left.why)
    status = FAILED if left.in_trouble or (best is None and not left.why) else STOPPED if left.why else FINISHED
    ledger.note("status", status)
    values: dict[str, float] = {}
    if best is not None and best.value is not None:
        values = {f"best/{plan.metric}": best.value, "best/trial": float(best.number)}
    shutil.rmtree(scratch_root(plan.output_dir, plan.name), ignore_errors=True)  # Those who worked there are gone.
    problems: list[str] = []
    try:
        if register:
            problems.append(tidy_up(ledger, plan.config.sweep.keep_models))
        if best is not None and register:
            problems.append(_register(plan, ledger, tracker, best))
    except TrackingError as error:
        problems.append(str(error))
    try:
        write_summary(ledger, plan.sweep_dir)
        tracker.text(SUMMARY, (plan.sweep_dir / SUMMARY).read_text(encoding="utf-8"))
        hurry = {"patience_s": SHORT_S} if any(problems) or not register else {}
        tracker.finish(values, MLFLOW[status], now, **hurry)
    except TrackingError as error:
        problems.append(str(error))
    return {**write_summary(ledger, plan.sweep_dir), "problem": "\n".join(filter(None, problems))}


def _register(plan: Plan, ledger: Ledger, tracker: Tracker, best: TrialRecord) -> str:
    """Log the best trial's weights as the sweep's model, unless that was done.

    Returns:
        What a person should know about them; empty: nothing.
    """
    from hpo.tracking.champion import is_logged, log_champion  # noqa: PLC0415  # it imports mlflow

    weights = weights_dir(plan.sweep_dir, best.number)
    if is_logged(ledger.about.get("champion"), best):
        return ""
    try:
        note = bring_weights(ledger, best, weights)
    except RemoteError as error:
        return f"the best model, of trial {best.number}, was not logged: {error}; hpo resume {plan.name} logs it"
    if weights.is_dir():
        register_as = plan.name if plan.config.tracking.register else None
        champion = log_champion(tracker, best, weights, plan.config.data.task, plan.data.examples(), register_as)
        ledger.note("champion", champion)
    return note


def give_up(ledger: Ledger, opening: Future[Tracker], why: str) -> None:
    """Something broke: say so in the ledger and in MLflow, as far as they can be reached."""
    with suppress(LedgerError):
        ledger.note("left_because", why)
        ledger.note("status", FAILED)
    with suppress(HpoError):
        opening.result().finish({}, MLFLOW[FAILED], time.time(), SHORT_S)


def show(console: Console, summary: dict[str, Any], left: Left) -> None:
    """The ranking, and what is left to do."""
    show_summary(console, summary)
    if summary["problem"]:
        console.print(Text(summary["problem"], style="yellow"), soft_wrap=True)
    if left.why:
        text = Text.assemble(
            ("left: ", "dim"), f"{left.why}; go on with it: ", (f"hpo resume {summary['name']}", "bold")
        )
        console.print(text, soft_wrap=True)
