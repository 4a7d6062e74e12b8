"""Makes the costly figures in a process of their own: neither their memory nor their seconds are the server's."""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Sequence

from dashboards.pages.drawn import SOON_S, WAIT_S, NotMadeError, stamp
from hpo.control import BusyError, Child, ChildError, environment_at
from hpo.results import Look, Place

IDLE_S = 60.0
FIGURE_S = 60.0
LATER_S = 60.0  # Until it is worth trying again what the process broke off at: it would most likely again.
COMMAND = (sys.executable, "-m", "dashboards.pages.worker")


class Maker:
    """One process that makes one figure at a time. For any number of threads."""

    def __init__(self, place: Place, command: Sequence[str] = COMMAND, idle_s: float = IDLE_S) -> None:
        """Starts nothing yet.

        Args:
            place: Where the sweeps are.
            command: What makes the figures.
            idle_s: Seconds without a figure after which the process is ended.
        """
        limits = {"idle_s": idle_s, "answer_s": FIGURE_S, "queue_s": WAIT_S}
        self.child = Child(command, environment_at(place), quiet=False, **limits)
        self._failed: dict[tuple[str, str], tuple[float, str]] = {}  # Until when, and why.

    def figure(self, look: Look, which: str) -> str:
        """One of `kinds.MORE` of a sweep, as `packed` has it, as new as the look or newer.

        Raises:
            NotMadeError: There is none.
        """
        key = (look.name, which)
        until, why = self._failed.get(key, (0.0, ""))
        if (left_s := until - time.monotonic()) > 0:
            raise NotMadeError(why, left_s)
        try:
            reply = self.child.ask({"sweep": look.name, "stamp": stamp(look), "which": which})
        except BusyError as error:
            raise NotMadeError("Other figures are being made. It is tried again soon.", SOON_S) from error
        except ChildError as error:
            why = f"The figure could not be made: {_why(error)}. It is tried again in a minute."
            self._failed[key] = time.monotonic() + LATER_S, why
            raise NotMadeError(why, LATER_S) from error
        self._failed.pop(key, None)
        if "problem" in reply:
            raise NotMadeError(f"The figure could not be made: {reply['problem']}. It is tried again soon.", SOON_S)
        return str(reply["figure"])

    def tidy(self) -> None:
        """End the process when no figure was wanted for a while."""
        self.child.tidy()

    def close(self) -> None:
        """End the process."""
        self.child.close()


def _why(error: ChildError) -> str:
    if error.slow:
        return f"it took more than {FIGURE_S:g} s"
    if error.code is None or error.code >= 0:
        return "its process broke off, the server's log says why"
    name = signal.Signals(-error.code).name
    return f"its process was ended by {name}" + (", perhaps for want of memory" if name == "SIGKILL" else "")
