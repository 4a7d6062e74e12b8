"""A head that does not come back is noticed; one that does is not."""

import socket
import threading
import time

from hpo.cluster.head_watch import head_watch


def listening(port: int = 0) -> socket.socket:
    server = socket.socket()
    server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    server.bind(("127.0.0.1", port))
    server.listen(128)
    return server


def test_lost_head_is_told_once_after_the_patience() -> None:
    server = listening()
    address = f"127.0.0.1:{server.getsockname()[1]}"
    lost, times = threading.Event(), []

    def on_lost() -> None:
        times.append(time.monotonic())
        lost.set()

    with head_watch(address, on_lost, patience_s=0.5, every_s=0.05):
        assert not lost.wait(0.7)
        server.close()
        gone_at = time.monotonic()
        assert lost.wait(10)
        assert times[0] - gone_at >= 0.4
        assert not lost.clear()
        assert not lost.wait(0.7)
    assert len(times) == 1


def test_head_that_comes_back_in_time_is_not_lost() -> None:
    server = listening()
    port = server.getsockname()[1]
    lost = threading.Event()
    with head_watch(f"127.0.0.1:{port}", lost.set, patience_s=3, every_s=0.05):
        server.close()
        assert not lost.wait(0.5)
        with listening(port):
            assert not lost.wait(3.5)
