"""Asks the driver of a sweep for something, from any process of any machine with the same ledger."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from hpo.control.answer import Answer, Outcome
from hpo.errors import InputError, LedgerError
from hpo.ledger import SCHEMA_VERSION, Driver, Inbox, Kind, SweepBusyError, driver_of, open_engine, patiently, reading
from hpo.ledger.names import BEGUN
from hpo.place import Place

ANSWER_S = 30.0
POLL_S = 0.2
REFUSED = "refused"  # How a driver's answer begins when it will not.


def driver_at(place: Place, name: str) -> Driver | None:
    """The living process that drives a sweep; None where nobody does.

    Raises:
        LedgerError: The database stayed away.
    """
    with reading():
        driver = patiently(lambda: driver_of(open_engine(place.ledger_url), name), place.patience_s)
    return None if driver is None or driver.gone else driver


def ask(place: Place, name: str, kind: Kind, payload: Mapping[str, Any], patience_s: float = ANSWER_S) -> Answer:
    """Put a request into the sweep's inbox, and wait a while for what the driver says.

    Args:
        payload: As `Kind` says; JSON values.
        patience_s: How long to wait for the answer, in seconds.

    Raises:
        LedgerError: The database stayed away, and has no request.
    """
    inbox = _inbox(place, name)
    number = inbox.ask(kind, payload)
    try:
        return _await(inbox, place, name, kind, number, patience_s)
    except LedgerError:  # The request is in it: who heard of the outage alone would ask a second time.
        return Answer(Outcome.PENDING, "the ledger took it, and then went away; it will be done in its turn", number)


def _await(inbox: Inbox, place: Place, name: str, kind: Kind, number: int, patience_s: float) -> Answer:
    """What the driver says, or that it says nothing yet, or that there is none."""
    if driver_at(place, name) is None:
        if kind is Kind.STOP:
            inbox.done(number, "nobody drove it")
            return Answer(Outcome.NOTHING, f"nobody drives {name!r}: there is nothing to stop", number)
        return Answer(Outcome.KEPT, f"nobody drives {name!r} now; it is kept for the next: hpo resume {name}", number)
    end = time.monotonic() + patience_s
    while (said := inbox.find(number).answer) is None:
        if time.monotonic() > end:
            return Answer(Outcome.PENDING, "the driver has not answered yet; it will take it in its turn", number)
        time.sleep(POLL_S)
    return _answered(said, number)


def answer_to(place: Place, name: str, number: int) -> Answer:
    """What has become of an earlier request.

    Raises:
        InputError: The sweep has no such request.
    """
    request = _inbox(place, name).known(number)
    if request is None:
        raise InputError.one("request", f"{name} has no request {number}")
    if request.answer is None:
        return Answer(Outcome.PENDING, "nobody has taken it yet", number)
    return _answered(request.answer, number)


def refuse_old(name: str, about: Mapping[str, Any]) -> None:
    """A sweep of an earlier version lacks the order of events that its scheduler is rebuilt from.

    Args:
        about: What the ledger knows of the sweep.

    Raises:
        InputError: It is one.
    """
    version = about[BEGUN]
    if version != SCHEMA_VERSION:
        message = f"was written with ledger schema {version}, which can be looked at, but not gone on with"
        raise InputError.one("NAME", f"{name!r} {message}; now it is {SCHEMA_VERSION}", "begin a new sweep")


def refuse_busy(place: Place, name: str) -> None:
    """Said early; the seat itself is taken when everything is checked.

    Raises:
        SweepBusyError: Another process drives the sweep.
    """
    driver = driver_at(place, name)
    if driver is not None:
        raise SweepBusyError(name, driver)


def _inbox(place: Place, name: str) -> Inbox:
    return Inbox(open_engine(place.ledger_url), name, place.patience_s)


def _answered(said: str, number: int) -> Answer:
    return Answer(Outcome.REFUSED if said.startswith(REFUSED) else Outcome.DONE, said, number)
