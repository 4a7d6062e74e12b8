"""The process that makes costly figures for a server:  python -m dashboards.pages.worker

It reads the ledger itself, and keeps the sweep that was asked for last.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dashboards.pages.drawn import Stamp, packed, stamp
from dashboards.pages.kinds import MORE
from hpo.control import answer_lines
from hpo.errors import HpoError
from hpo.results import Look, Place, Reader


class Worker:
    """Answers what a `Maker` asks."""

    def __init__(self, place: Place) -> None:
        self._place = place.for_pages()
        self._reader: Reader | None = None
        self._look: Look | None = None

    def answer(self, request: Mapping[str, Any]) -> dict[str, str]:
        """A figure; or the problem with its sweep.

        Args:
            request: `sweep`, its name; `stamp`, how the asking server saw it; `which` figure.
        """
        _, make = MORE[request["which"]]
        try:
            return {"figure": packed(make(self._seen(request["sweep"], request["stamp"])))}
        except HpoError as error:
            self._reader = self._look = None
            return {"problem": str(error)}

    def _seen(self, name: str, wanted: Stamp) -> Look:
        """The sweep as the server saw it, where it still is so; or newer."""
        if self._reader is None or self._reader.name != name:
            self._reader, self._look = Reader(self._place, name), None
        if self._look is None or stamp(self._look) != wanted:
            self._look = self._reader.look()
        return self._look


if __name__ == "__main__":
    answer_lines(Worker(Place.default()).answer)
