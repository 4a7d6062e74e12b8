"""A process of its own that answers one request at a time, kept for the next, ended when nobody asks for a while."""

from __future__ import annotations

import contextlib
import json
import os
import select
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

CHUNK = 65536
GONE_S = 2.0


class BusyError(Exception):
    """Others' requests are being answered, for longer than one waits."""


class ChildError(Exception):
    """The process did not answer.

    Attributes:
        slow: Whether it took too long, and was ended for that.
        code: How it ended else: its exit code; below zero, the signal that ended it; None: it is closed.
    """

    def __init__(self, slow: bool, code: int | None) -> None:
        self.slow, self.code = slow, code
        super().__init__("it took too long" if slow else f"it ended with {code}")


class Child:
    """One process, for any number of threads. Requests and answers are JSON."""

    def __init__(
        self,
        command: Sequence[str],
        environment: Mapping[str, str],
        *,
        idle_s: float,
        answer_s: float,
        queue_s: float,
        quiet: bool = True,
    ) -> None:
        """Starts nothing yet.

        Args:
            command: What answers, by `answer_lines`.
            environment: Of the process.
            idle_s: Seconds without a request after which the process is ended.
            answer_s: Seconds that one answer may take, with the start of the process.
            queue_s: Seconds that a request waits for those before it.
            quiet: Whether what it writes to standard error is dropped, not shown where this process writes its own.
        """
        self.answer_s = answer_s
        self._command, self._environment = tuple(command), dict(environment)
        self._idle_s, self._queue_s, self._quiet = idle_s, queue_s, quiet
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._used_at = 0.0
        self._closed = False

    @property
    def pid(self) -> int | None:
        """Of the process; None: there is none now."""
        process = self._process
        return process.pid if process is not None and process.poll() is None else None

    def ask(self, request: Mapping[str, Any]) -> Any:
        """The answer to a request.

        Raises:
            BusyError: Others are before this one.
            ChildError: There is no answer.
        """
        if not self._lock.acquire(timeout=self._queue_s):
            raise BusyError("other requests are being answered")
        try:
            return self._answer(json.dumps(request).encode() + b"\n")
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
        """End the process, for good. Who waits for its answer is told that there is none."""
        self._closed = True
        process = self._process
        if process is not None:
            process.kill()
        with self._lock:
            self._end()

    def _answer(self, request: bytes) -> Any:
        if self._closed:
            raise ChildError(slow=False, code=None)
        process = self._running()
        assert process.stdin is not None
        end_at = time.monotonic() + self.answer_s
        try:
            process.stdin.write(request)
            process.stdin.flush()
            reply = self._reply(process, end_at)
        except BrokenPipeError:
            reply = b""
        if reply.endswith(b"\n"):
            return json.loads(reply)
        slow = time.monotonic() >= end_at
        if not slow:
            with contextlib.suppress(subprocess.TimeoutExpired):  # Its output ends a moment before itself.
                process.wait(GONE_S)
        self._end()
        raise ChildError(slow, None if slow else process.wait())

    @staticmethod
    def _reply(process: subprocess.Popen[bytes], end_at: float) -> bytes:
        """One line; less, where the process ended or the time is over."""
        assert process.stdout is not None
        reply = b""
        while not reply.endswith(b"\n"):
            ready, _, _ = select.select([process.stdout], [], [], max(0.0, end_at - time.monotonic()))
            chunk = process.stdout.read1(CHUNK) if ready else b""  # type: ignore[attr-defined]  # it is buffered
            if not chunk:
                break
            reply += chunk
        return reply

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            self._process = subprocess.Popen(
                self._command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL if self._quiet else None,
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


def answer_lines(answer: Callable[[Any], Any]) -> None:
    """Be the process of a `Child`: answer until the input ends. What libraries print goes to standard error."""
    replies = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    while line := sys.stdin.readline():
        replies.write(json.dumps(answer(json.loads(line)), default=str) + "\n")
        replies.flush()
