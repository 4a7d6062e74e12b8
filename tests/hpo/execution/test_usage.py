"""What a trial's process says that it takes of its machine."""

import time

import psutil
import pytest

from hpo.execution.usage import Usage


def test_a_busy_process_is_told_from_an_idle_one() -> None:
    usage = Usage()
    begin, busy_until = time.monotonic(), time.process_time() + 0.1
    while time.process_time() < busy_until:
        pass
    busy = usage.read()
    share = 100 * 0.1 / (time.monotonic() - begin)  # The machine may have been busy with others.
    assert busy["cpu_percent"] == pytest.approx(share, rel=0.5)


def test_memory_is_that_of_the_process() -> None:
    held = bytearray(64 * 1024 * 1024)
    found = Usage().read()
    assert found["memory_mib"] == pytest.approx(psutil.Process().memory_info().rss / 1024**2, rel=0.05)
    assert found["memory_mib"] > len(held) / 1024**2
    assert set(found) == {"cpu_percent", "memory_mib"}, "a GPU is told of where there is one that was used"
