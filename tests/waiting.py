"""Waiting for a condition, the one way in which tests wait."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

Found = TypeVar("Found")


def wait_for(
    condition: Callable[[], Found], what: str | Callable[[], str], timeout: float = 120.0, poll: float = 0.05
) -> Found:
    """The condition's first true value.

    Args:
        what: What is waited for, or what to show when it does not come, such as a log.
        timeout: Seconds until it counts as not coming.
        poll: Seconds between two looks.

    Raises:
        AssertionError: It did not become true in time.
    """
    end = time.monotonic() + timeout
    while not (found := condition()):
        if time.monotonic() >= end:
            raise AssertionError(f"{what if isinstance(what, str) else what()}: not within {timeout:g} s")
        time.sleep(poll)
    return found
