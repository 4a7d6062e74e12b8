"""Checks plans in a process of their own, which is kept for the next and ended when nobody asks for a while."""

from __future__ import annotations

import json
import select
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from hpo.control.screen import Rules, sizes
from hpo.errors import Problem

IDLE_S = 300.0
CHECK_S = 120.0
QUEUE_S = 60.0
CHUNK = 65536


class BusyError(Exception):
    """Others' plans are being checked, for longer than one waits."""


@dataclass(frozen=True)
class Checked:
    """What came of a check.

    Attributes:
        plan: As `Preview.to_dict` has it; None: there are problems.
        refused: Whether the problems are things that are not allowed.
    """

    plan: Mapping[str, Any] | None
    problems: tuple[Problem, ...] = ()
    refused: bool = False


class Checker:
    """One process that checks one plan at a time."""

    def __init__(self, environment: Mapping[str, str], idle_s: float = IDLE_S, check_s: float = CHECK_S) -> None:
        """Starts nothing yet.

        Args:
            environment: Of the process.
            idle_s: Seconds without a request after which the process is ended.
            check_s: Seconds that one check may take.
        """
        self._environment, self._idle_s, self._check_s = dict(environment), idle_s, check_s
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._used_at = 0.0

    def check(self, overrides: Sequence[str], rules: Rules) -> Checked:
        """The plan of overrides that come from elsewhere, or what is wrong with them.

        Raises:
            BusyError: Others are before this one.
        """
        too_much = sizes(overrides, rules)
        if too_much:
            return Checked(None, tuple(too_much), refused=True)
        if not self._lock.acquire(timeout=QUEUE_S):
            raise BusyError("other plans are being checked")
        try:
            return self._checked({"overrides": list(overrides), "rules": asdict(rules)})
        finally:
            self._used_at = time.monotonic()
            self._lock.release()

    def tidy(self) -> None:
        """End the process when nobody has asked for a while."""
        if time.monotonic() - self._used_at > self._idle_s and self._lock.acquire(blocking=False):
            try:
                self._end()
            finally:
                self._lock.release()

    def close(self) -> None:
        """End the process."""
        self._end()

    def _checked(self, request: Mapping[str, Any]) -> Checked:
        process = self._running()
        assert process.stdin is not None
        try:
            process.stdin.write(json.dumps(request).encode() + b"\n")
            process.stdin.flush()
            reply = self._reply(process)
        except BrokenPipeError:
            reply = b""
        if reply.endswith(b"\n"):
            return _read(json.loads(reply))
        slow = process.poll() is None
        self._end()
        why = f"the check took more than {self._check_s:g} s" if slow else "the check broke off"
        return Checked(None, (Problem("sweep", why, "try it on the machine itself: hpo plan"),))

    def _reply(self, process: subprocess.Popen[bytes]) -> bytes:
        """One line; less, where the process ended or the time is over."""
        assert process.stdout is not None
        end, reply = time.monotonic() + self._check_s, b""
        while not reply.endswith(b"\n"):
            ready, _, _ = select.select([process.stdout], [], [], max(0.0, end - time.monotonic()))
            chunk = process.stdout.read1(CHUNK) if ready else b""  # type: ignore[attr-defined]  # it is buffered
            if not chunk:
                break
            reply += chunk
        return reply

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "hpo.control.worker"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=self._environment,
                start_new_session=True,
            )
        return self._process

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.communicate()


def _read(reply: Mapping[str, Any]) -> Checked:
    if "plan" in reply:
        return Checked(reply["plan"])
    return Checked(None, tuple(Problem(**problem) for problem in reply["problems"]), reply["refused"])
