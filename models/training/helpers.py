"""The other processes of a training that runs in several: started, watched and ended by the first one."""

from __future__ import annotations

import multiprocessing
import os
import threading
import time
from collections.abc import Callable
from multiprocessing.connection import Connection, wait
from typing import Any, Generic, TypeVar

import torch
from torch.distributed import TCPStore  # type: ignore[attr-defined]  # torch names it in no `__all__`

from models.errors import HpoError, ProcessLostError
from models.training.memory import is_out_of_memory
from models.training.together import Together, leave

HOST = "127.0.0.1"
READY, OUT_OF_MEMORY, ERROR = "ready", "out of memory", "error"
LONGEST_END_S = 5.0  # For a process to end by itself before it is killed, and for its last words to arrive.
T = TypeVar("T")

Work = Callable[[T, Together, Callable[[torch.device], None]], None]
"""What a helper does, given the task, its place among the others, and what to call when it is set up on a device."""


class Helpers(Generic[T]):
    """Processes that help this one; a context, at whose end they are gone.

    Args:
        work: A function of a module; it runs in each of them.
        task: What it is given; can be pickled.
        size: How many processes train together, this one included.
    """

    def __init__(self, work: Work[T], task: T, size: int) -> None:
        self.together = Together(0, size, self._explain)
        # The port is the system's choice; helpers get it as they are started.
        self._store = TCPStore(HOST, 0, is_master=True, wait_for_workers=False)
        spawn = multiprocessing.get_context("spawn")
        self._lines: list[Connection] = []
        self._processes: list[Any] = []
        for rank in range(1, size):
            ours, theirs = spawn.Pipe(duplex=False)
            given = (work, task, rank, size, self._store.port, theirs)
            process = spawn.Process(target=_help, args=given, daemon=True, name=f"training-{rank}")
            process.start()
            theirs.close()
            self._lines.append(ours)
            self._processes.append(process)

    def __enter__(self) -> Helpers[T]:
        return self

    def __exit__(self, *error: object) -> None:
        """They write nothing, so they are simply ended, whatever they are waiting for."""
        for process in self._processes:
            process.terminate()
        for process in self._processes:
            process.join(LONGEST_END_S)
            if process.is_alive():
                process.kill()
                process.join()
        for line in self._lines:
            line.close()
        leave()

    def meet(self, device: torch.device) -> None:
        """Wait until all are set up.

        Raises:
            MemoryError: Memory ran out in one of them.
            ProcessLostError: One of them has ended.
        """
        for rank, line in enumerate(self._lines, start=1):
            said = _received(line)
            if said[0] != READY:
                _raise(rank, *said)
        self.together.meet(self._store, device)

    def _explain(self) -> None:
        """A sum has failed: raise the error of the process that has ended, if one did."""
        deadline = time.monotonic() + LONGEST_END_S
        while ended := wait(self._lines, max(0.0, deadline - time.monotonic())):
            for line in ended:
                assert isinstance(line, Connection)
                _raise(self._lines.index(line) + 1, *_received(line))


def _received(line: Connection) -> tuple[str, str]:
    """What a helper says next; its end without a word is an error."""
    try:
        said: tuple[str, str] = line.recv()
    except EOFError:
        return ERROR, "it ended without a word, as a process that is killed does"
    return said


def _raise(rank: int, kind: str, text: str) -> None:
    if kind == OUT_OF_MEMORY:
        raise MemoryError(text)
    raise ProcessLostError(rank, text)


def _help(work: Work[T], task: T, rank: int, size: int, port: int, line: Connection) -> None:
    """A helper's whole life."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _see_one_gpu(rank)
    together = Together(rank, size, lambda: None)

    def meet_others(device: torch.device) -> None:
        line.send((READY, ""))
        together.meet(TCPStore(HOST, port, is_master=False), device)

    try:
        work(task, together, meet_others)
    except (HpoError, RuntimeError, OSError, MemoryError, ValueError) as error:
        line.send((OUT_OF_MEMORY if is_out_of_memory(error) else ERROR, f"{type(error).__name__}: {error}"))
    finally:
        line.close()


def _see_one_gpu(rank: int) -> None:
    """Of the GPUs that all processes may use, the one of this number; before CUDA is initialized."""
    visible = os.environ.get("CUDA_VISIBLE_DEVICES")
    if visible is None:
        os.environ["CUDA_VISIBLE_DEVICES"] = str(rank)
    elif visible:
        os.environ["CUDA_VISIBLE_DEVICES"] = visible.split(",")[rank]


def _end_with_parent() -> None:
    """The first process may be killed; nothing that it started may outlive it."""
    parent = multiprocessing.parent_process()
    assert parent is not None
    wait([parent.sentinel])
    os._exit(1)
