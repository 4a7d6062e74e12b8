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
from hpo.confirm.confirmation import Confirmation
from hpo.confirm.winner import delivered
from hpo.errors import HpoError, LedgerError, TrackingError
from hpo.front import front
from hpo.ledger import Ledger, TrialRecord
from hpo.picture import picture_best
from hpo.plan import Plan
from hpo.population.export import write_schedule
from hpo.reporting import make_report
from hpo.results import PICTURE, REPORT, SUMMARY, best_trial, write_summary
from hpo.stopping import Stopped
from hpo.storage.scratch import scratch_root
from hpo.terminal.tables import show_summary
from hpo.tracking import description
from hpo.weights import bring_weights, tidy_up
from models.remote import RemoteError

if TYPE_CHECKING:
    from hpo.tracking.tracker import Tracker

STOPPED, FAILED, FINISHED = "stopped", "failed", "finished"
PATIENCE_S = 60.0  # For MLflow to take what is left, in which there is no progress.
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
    plan: Plan,
    ledger: Ledger,
    tracker: Tracker,
    budget: Budget,
    left: Left,
    confirmation: Confirmation,
    *,
    register: bool,
) -> dict[str, Any]:
    """Log the champion, write the summary, and give MLflow the time to take what is left.

    Args:
        register: Whether there is time for the champion.

    Returns:
        The summary; with `problem`: what MLflow or the storage did not take, for people; empty: nothing.
    """
    records = ledger.trials()
    best, chosen = best_trial(records, plan.maximize), front(records)
    ledger.note("spent_s", budget.spent_s)
    ledger.note("ended_at", now := time.time())
    ledger.note("left_because", left.why)
    status = FAILED if left.in_trouble or (best is None and not left.why) else STOPPED if left.why else FINISHED
    ledger.note("status", status)
    stopped = Stopped.of(ledger.about) if status == FINISHED else None
    if stopped is not None:
        tracker.describe({}, {"stopped": stopped.rule, "stopped_because": stopped.reason})
    values: dict[str, float] = {}
    tracker.best(best, now)
    if plan.aims.several:
        values["front/trials"] = float(len(chosen))
        tracker.front(records, chosen)
    shutil.rmtree(scratch_root(plan.output_dir, plan.name), ignore_errors=True)  # Those who worked there are gone.
    problems: list[str] = []
    try:
        if register:
            problems += [tidy_up(ledger, plan.config.sweep.keep_models), confirmation.tidy_up()]
        if best is not None and register:
            problems.append(_register(plan, ledger, tracker, best))
    except TrackingError as error:
        problems.append(str(error))
    pictured = picture_best(plan, ledger, best, in_haste=bool(left.why)) if best is not None and register else ""
    write_schedule(ledger, plan.sweep_dir)
    notes = [pictured, make_report(plan, wanted=register and not left.why)]
    try:
        summary = write_summary(ledger, plan.sweep_dir)
        found = summary["importance"]
        shares = {part["name"]: part["share"] for part in found["parts"] if part["share"] is not None}
        values |= {f"importance/{tracker.telling.short.get(name, name)}": share for name, share in shares.items()}
        tracker.describe({}, {"importance": found["note"] or found["method"]})
        tracker.note(description.left(summary))
        for name in (SUMMARY, PICTURE, REPORT):
            if (plan.sweep_dir / name).is_file():
                tracker.text(name, (plan.sweep_dir / name).read_text(encoding="utf-8"))
        patience_s = SHORT_S if any(problems) or not register else PATIENCE_S
        confirmation.close(patience_s)
        tracker.finish(values, MLFLOW[status], now, patience_s)
    except TrackingError as error:
        problems.append(str(error))
    return {**write_summary(ledger, plan.sweep_dir), "problem": "\n".join(filter(None, [*problems, *notes]))}


def _register(plan: Plan, ledger: Ledger, tracker: Tracker, best: TrialRecord) -> str:
    """Log the weights of the confirmed winner, else of the best trial, as the sweep's model, unless that was done.

    Returns:
        What a person should know about them; empty: nothing.
    """
    from hpo.tracking.champion import is_logged, log_champion  # noqa: PLC0415  # it imports mlflow

    model = delivered(ledger, best, plan.sweep_dir)
    record, weights = model.record, model.weights
    if is_logged(ledger.about.get("champion"), record, model.tags):
        return ""
    try:
        note = bring_weights(model.ledger, model.stored, weights)
    except RemoteError as error:
        return f"the best model, of trial {record.number}, was not logged: {error}; hpo resume {plan.name} logs it"
    if weights.is_dir():
        register_as, task = plan.name if plan.config.tracking.register else None, plan.config.data.task
        champion = log_champion(tracker, record, weights, task, plan.data.examples(), register_as, model.tags)
        ledger.note("champion", champion)
    return note


def give_up(ledger: Ledger, opening: Future[Tracker], why: str) -> None:
    """Something broke: say so in the ledger and in MLflow, as far as they can be reached."""
    with suppress(LedgerError):
        ledger.note("left_because", why)
        ledger.note("status", FAILED)
    with suppress(HpoError):
        tracker = opening.result()
        tracker.note(description.gave_up(ledger.name, why))
        tracker.finish({}, MLFLOW[FAILED], time.time(), SHORT_S)


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
