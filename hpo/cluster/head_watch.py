"""Notices that the head of a Ray cluster is lost, which Ray's own driver code does not tell.

Measured on Ray 2.60: when the head is killed, the driver's main thread stops within Ray at its next call, and 60 s
later Ray ends the process, without an exception and without what is registered for the end. Other threads go on.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from hpo.cluster.access import host_and_port

PATIENCE_S = 30.0  # a head that is kept alive by others, as KubeRay does it, may come back
EVERY_S = 1.0


@contextmanager
def head_watch(
    address: str, on_lost: Callable[[], None], patience_s: float = PATIENCE_S, every_s: float = EVERY_S
) -> Iterator[None]:
    """Watch the head for the time of the block.

    Args:
        address: `host:port` of the head.
        on_lost: Called once, in the watching thread, when nobody has listened there for `patience_s` seconds. The main
            thread may be stuck in Ray: whoever wants the process to end must end it here.
    """
    over = threading.Event()
    thread = threading.Thread(target=_watch, args=(address, on_lost, patience_s, every_s, over), daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join(patience_s)


def _watch(address: str, on_lost: Callable[[], None], patience_s: float, every_s: float, over: threading.Event) -> None:
    last = time.monotonic()
    while not over.wait(every_s):
        if _listens(address, patience_s):
            last = time.monotonic()
        elif time.monotonic() - last >= patience_s:
            on_lost()
            return


def _listens(address: str, timeout_s: float) -> bool:
    host, port = host_and_port(address)
    try:
        socket.create_connection((str(host), port), timeout_s).close()
    except OSError:
        return False
    return True
