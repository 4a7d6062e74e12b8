"""Made sweeps that tests of figures and reports look at; nobody writes to them."""

from collections.abc import Callable
from functools import cache
from typing import Any

import pytest

from hpo.results import Look, Place, Reader
from tests.dashboards.sweeps import made_sweep

SWEEPS: dict[str, dict[str, Any]] = {
    "plain": {"trials": 30, "points": 10, "slots": 3},
    "unconfirmed": {"trials": 8, "points": 5, "confirmed": False},
    "going": {"trials": 12, "points": 10, "running": 2},
    "two-aims": {"trials": 40, "points": 8, "two_aims": True, "constraints": ("latency_ms <= 8",)},
    "population": {"trials": 12, "points": 10, "population": True, "slots": 4},
    "telling": {"trials": 60, "points": 5, "slots": 4, "stopping": False},
    "one": {"trials": 1, "points": 3, "confirmed": False},
}


@pytest.fixture(scope="session")
def look_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Look]:
    """A made sweep by its name."""
    place = Place(tmp_path_factory.mktemp("sweeps"))

    @cache
    def look(name: str) -> Look:
        made_sweep(place, name, **SWEEPS[name])
        return Reader(place, name).look()

    return look
