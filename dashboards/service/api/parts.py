"""What the routes share: the server's parts, and pages of long lists."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Path, Query
from starlette.requests import Request

from dashboards.live import Watch
from dashboards.service.problems import ServiceError
from dashboards.service.runs.queue import Queue
from dashboards.service.settings import Settings
from hpo.control import NAME, Checker, shortened
from hpo.results import Redactor

MOST_TRIALS = 10**6


@dataclass(frozen=True)
class Parts:
    """The parts of the server that answers."""

    settings: Settings
    watch: Watch
    queue: Queue
    checker: Checker
    redactor: Redactor


@dataclass(frozen=True)
class Span:
    """Which part of a long list."""

    offset: int
    limit: int

    def of(self, items: list) -> list:  # type: ignore[type-arg]
        """That part."""
        return items[self.offset : self.offset + self.limit]


def parts(request: Request) -> Parts:
    """Of the application that was asked."""
    state = request.app.state
    return Parts(state.settings, state.watch, state.queue, state.checker, state.redactor)


def span(
    offset: Annotated[int, Query(ge=0, le=MOST_TRIALS, description="How many to leave out.")] = 0,
    limit: Annotated[int, Query(ge=1, le=500, description="How many to give at most.")] = 100,
) -> Span:
    """From the query."""
    return Span(offset, limit)


def sweep_name(name: Annotated[str, Path(max_length=200, description="Name of the sweep.")]) -> str:
    """A name that a sweep can have.

    Raises:
        ServiceError: It is none, so that no sweep has it.
    """
    if not NAME.fullmatch(name):
        raise ServiceError(404, f"there is no sweep {shortened(name)!r}")
    return name


PartsNow = Annotated[Parts, Depends(parts)]
SpanNow = Annotated[Span, Depends(span)]
SweepName = Annotated[str, Depends(sweep_name)]
TrialNumber = Annotated[int, Path(ge=0, le=MOST_TRIALS, description="Number of the trial.")]
RequestNumber = Annotated[int, Path(ge=0, le=MOST_TRIALS, description="Number of the request.")]
