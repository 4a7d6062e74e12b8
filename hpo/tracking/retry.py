"""When MLflow does not take something: whether it said no, and how long to wait before the next try."""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Callable
from typing import Any, TypeVar

from mlflow.exceptions import MlflowException
from sqlalchemy.exc import SQLAlchemyError

log = logging.getLogger(__name__)

PATIENCE_S = 60.0  # Without progress for so long, whoever waits for MLflow gives up; nothing is lost by it.
PAUSES_S = (0.5, 1.0, 2.0, 4.0, 8.0)
# What a server or a store that is away raises, and what a broken answer does. Requests' errors are OSErrors.
TROUBLE = (MlflowException, OSError, SQLAlchemyError, json.JSONDecodeError)
REFUSALS = ("INVALID_PARAMETER_VALUE", "RESOURCE_DOES_NOT_EXIST", "RESOURCE_ALREADY_EXISTS", "INVALID_STATE")
# MLflow says BAD_REQUEST also when its own database broke a connection, which passes, and so it is tried again.
PERHAPS_REFUSED, TRIES_OF_PERHAPS = "BAD_REQUEST", 4
REASON_CHARACTERS = 300

Result = TypeVar("Result")


class GaveUpError(Exception):
    """A call is not made again, since nobody waits for it any more."""


class Retry:
    """Makes calls, and makes them again with growing pauses while they fail for a reason that may pass.

    Args:
        limit_s: For how long a call is tried, in seconds; None: until `give_up`.

    Attributes:
        trouble: Why the last call that failed did.
        progress_at: When there was progress last, by the monotonic clock.
    """

    def __init__(self, limit_s: float | None = None) -> None:
        self.trouble = "it was not reached"
        self.progress_at = time.monotonic()
        self._limit_s = limit_s
        self._gave_up = threading.Event()
        self._away_since: float | None = None

    def __call__(self, call: Callable[[int], Result], *, refusals: bool = False) -> Result:
        """Make a call until it succeeds.

        Args:
            call: Is told how often it failed. Where it may have been carried out nevertheless, it looks first.
            refusals: Whether refusals are waited out, too: a person may mend what is refused.

        Raises:
            MlflowException: What it raised, where it was refused or the time is over; the other kinds of `TROUBLE`
                likewise.
            GaveUpError: `give_up` was called.
        """
        begin, tries = time.monotonic(), 0
        while not self._gave_up.is_set():
            try:
                return call(tries)
            except TROUBLE as error:
                late = self._limit_s is not None and time.monotonic() + pause_s(tries) > begin + self._limit_s
                if late or (is_refusal(error, tries) and not refusals):
                    raise
                self._note(error)
            self._gave_up.wait(pause_s(tries))
            tries += 1
        raise GaveUpError

    def ask(self, call: Callable[..., Result], *arguments: Any, **named: Any) -> Result:
        """Make a call that changes nothing, or that changes nothing more when it is made twice."""
        return self(lambda _tries: call(*arguments, **named))

    def progress(self) -> None:
        """Something is done. The answers to questions are no progress: a server may answer them and take nothing."""
        self.progress_at = time.monotonic()
        if self._away_since is not None:
            log.warning("MLflow takes writes again, after %.0f s", self.progress_at - self._away_since)
            self._away_since = None

    def give_up(self) -> None:
        """End all pauses and tries."""
        self._gave_up.set()

    def _note(self, error: Exception) -> None:
        self.trouble = reason_of(error)
        if self._away_since is None:
            self._away_since = time.monotonic()
            log.warning("MLflow does not answer (%s); what is to be written waits", self.trouble)


def is_refusal(error: Exception, tries: int) -> bool:
    """Whether MLflow understood and said no, so that the same again would be refused again.

    Missing rights are no refusal: they can be given, and what was written meanwhile follows.

    Args:
        tries: How often the same was tried before.
    """
    if not isinstance(error, MlflowException):
        return False
    return error.error_code in REFUSALS or (error.error_code == PERHAPS_REFUSED and tries >= TRIES_OF_PERHAPS)


def pause_s(tries: int) -> float:
    """Seconds until the next try."""
    return PAUSES_S[min(tries, len(PAUSES_S) - 1)]


def reason_of(error: BaseException) -> str:
    """An error in one line. The cause stands at the end of MLflow's long ones."""
    text = " ".join(str(error).split()) or type(error).__name__
    if len(text) <= REASON_CHARACTERS:
        return text
    head = REASON_CHARACTERS // 3
    return f"{text[:head]} ... {text[-(REASON_CHARACTERS - head) :]}"
