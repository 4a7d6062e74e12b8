"""Asks the driver of a sweep for something, from another terminal or another machine with the same ledger."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from rich.console import Console

from hpo.errors import InputError
from hpo.exitcode import ExitCode
from hpo.ledger import SCHEMA_VERSION, Driver, Inbox, Kind, Ledger, SweepBusyError, driver_of, open_engine
from hpo.place import Place

ANSWER_S = 30.0
POLL_S = 0.2


def driver_at(place: Place, name: str) -> Driver | None:
    """The living process that drives a sweep; None where nobody does."""
    driver = driver_of(open_engine(place.ledger_url), name)
    return None if driver is None or driver.gone else driver


def ask(place: Place, name: str, kind: Kind, payload: Mapping[str, Any], console: Console) -> int:
    """Put a request into the sweep's inbox, and wait a while for what the driver says.

    Returns:
        The exit code: 0; 1 when the driver refused.
    """
    inbox = Inbox(open_engine(place.ledger_url), name)
    number = inbox.ask(kind, payload)
    if driver_at(place, name) is None:
        if kind is Kind.STOP:
            inbox.done(number, "nobody drove it")
            console.print(f"nobody drives {name!r}: there is nothing to stop", soft_wrap=True)
            return ExitCode.OK
        console.print(f"nobody drives {name!r} now; it is kept for the next: hpo resume {name}", soft_wrap=True)
        return ExitCode.OK
    end = time.monotonic() + ANSWER_S
    while (answer := inbox.find(number).answer) is None:
        if time.monotonic() > end:
            console.print("the driver has not answered yet; it will take it in its turn", soft_wrap=True)
            return ExitCode.OK
        time.sleep(POLL_S)
    console.print(answer, highlight=False, markup=False, soft_wrap=True)
    return ExitCode.FAILED if answer.startswith("refused") else ExitCode.OK


def refuse_old(ledger: Ledger) -> None:
    """A sweep of an earlier version lacks the order of events that its scheduler is rebuilt from.

    Raises:
        InputError: It is one.
    """
    if ledger.version != SCHEMA_VERSION:
        message = f"was written with ledger schema {ledger.version}, which can be looked at, but not gone on with"
        raise InputError.one("NAME", f"{ledger.name!r} {message}; now it is {SCHEMA_VERSION}", "begin a new sweep")


def refuse_busy(ledger: Ledger, place: Place) -> None:
    """Said early; the seat itself is taken when everything is checked.

    Raises:
        SweepBusyError: Another process drives the sweep.
    """
    driver = driver_at(place, ledger.name)
    if driver is not None:
        raise SweepBusyError(ledger.name, driver)
