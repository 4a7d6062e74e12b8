"""Goes on with a sweep that is in the ledger."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console

from hpo.begin import circumstances, settings, write_files
from hpo.change import Change, changes, check_changes
from hpo.check import check
from hpo.ledger import Cause, Inbox, Kind, Ledger, Outcome, State, open_engine
from hpo.place import Place
from hpo.recorded import composed_again, in_its_folder
from hpo.sweep import drive


def resume(
    ledger: Ledger,
    place: Place,
    overrides: Sequence[str],
    console: Console,
    *,
    allow_change: bool = False,
    more: Mapping[str, Any] | None = None,
) -> int:
    """Check that the sweep can go on as it was, and drive it.

    Args:
        overrides: What is to be different from now on.
        allow_change: Whether that may be what decides the sweep's future.
        more: Trials and hours to be added to the budget; None: none.

    Returns:
        The exit code of `drive`.

    Raises:
        InputError: It cannot go on: everything that is in the way.
        SweepBusyError: Another process drives it.
    """
    about = ledger.about
    with in_its_folder(about):
        plan = check(composed_again(about, place, overrides), going_on=ledger.name)
        found = changes(about, plan)
        check_changes(ledger.name, found, about, plan, maximize=ledger.maximize, allowed=allow_change)

        def prepare(seated: Ledger) -> None:
            if found:
                _take(seated, found, console)
            for key, value in {**settings(plan), **circumstances(plan)}.items():
                seated.note(key, value)
            plan.sweep_dir.mkdir(parents=True, exist_ok=True)
            write_files(plan)
            if more is not None:
                Inbox(open_engine(plan.ledger_url), plan.name).ask(Kind.EXTEND, more)

        return drive(plan, console, prepare)


def _take(ledger: Ledger, found: Sequence[Change], console: Console) -> None:
    """Go on with other settings from now on. Trainings in the middle were of the old ones: they end here."""
    for change in found:
        console.print(f"changed: {change}", style="yellow", highlight=False, soft_wrap=True)
    ledger.settle(ledger.about["metric"])
    if any(change.of_trials for change in found):
        for record in ledger.trials():
            if record.state in (State.RUNNING, State.PAUSED):
                outcome = Outcome(Cause.STOPPED_BY_USER, "the settings were changed: hpo resume --allow-change")
                ledger.end(record, outcome)
                console.print(f"trial {record.number} ends: it was in the middle with the old settings", style="yellow")
    history = [*ledger.about.get("changes", []), {str(change.key): [change.was, change.now] for change in found}]
    ledger.note("changes", history)
