"""Finds the earlier sweeps that `warm_start.from` names, and says what is wrong with them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from hpo.config.schema import Config
from hpo.errors import LedgerError, Problem, TrackingError
from hpo.history import History, PastSweep, kept, unpack, wishes
from hpo.history.ledgers import about_of, abouts, trials_of
from hpo.history.source import About, FoundTrial, past_sweep
from hpo.history.spec import AUTO
from hpo.ledger import Ledger, ledger_url, sweep_names
from hpo.space import Space
from hpo.space.words import listed, nearest
from hpo.tracking.store import tracking_uri

WHERE = "warm_start.from"
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
MOST_SWEEPS = 5  # That `auto` takes: more alike ones add little, and each is read and kept.
MOST_LOOKED_AT = 100  # The newest of the ledger.
LEAST_TRIALS = 3  # From which `auto` learns anything.
MOST_OF_BUDGET = 1 / 3  # That may repeat what was good before.

Found = tuple[About, list[FoundTrial], float]


@dataclass(frozen=True)
class New:
    """The sweep that is to begin warm.

    Attributes:
        metric, maximize: What it optimizes.
        natural: Whether more is better, by metric of its task.
        values: Its config by dotted name, the chosen option under each group's own name.
        start: The person's own configuration, if it is tried first.
        data: Fingerprint of its rows; empty: not known.
    """

    config: Config
    space: Space
    metric: str
    maximize: bool
    natural: Mapping[str, bool]
    values: Mapping[str, Any]
    start: Mapping[str, Any] | None
    data: str = ""

    @property
    def about(self) -> About:
        """What it is of."""
        task = str(self.config.data.task)
        return About("", self.metric, self.maximize, task, self.values, frozenset(self.space.names), self.data)


def history_of(new: New, going_on: str | None) -> tuple[History | None, list[Problem], list[str]]:
    """As `find_history`; of a sweep that is resumed, what its ledger has kept, whatever became of the earlier ones."""
    config = new.config
    if not config.warm_start.sources or new.metric not in new.natural:  # An unknown metric is told by the task's check.
        return None, [], []
    if going_on is None:
        return find_history(new)
    text = Ledger.open(ledger_url(config.output_dir, config.ledger.url), going_on).about.get("history")
    return None if text is None else unpack(new.space, text), [], []


def find_history(new: New) -> tuple[History | None, list[Problem], list[str]]:
    """The earlier sweeps of `warm_start.from`.

    Returns:
        The history as the ledger is to keep it, None where there is none; the problems; and what a person should know.
    """
    sources = list(dict.fromkeys(new.config.warm_start.sources))
    sweeps: list[PastSweep] = []
    problems: list[Problem] = []
    for source in (source for source in sources if source != AUTO):
        sweep, problem = _named(source, new)
        sweeps += [] if sweep is None else [sweep]
        problems += [] if problem is None else [problem]
    if AUTO in sources and not problems:
        try:
            sweeps += _alike(new, {sweep.name for sweep in sweeps})
        except LedgerError as error:
            problems.append(Problem(WHERE, str(error)))
    if problems:
        return None, problems, []
    if not sweeps:
        return None, [], ["no earlier sweep in the ledger is like this one: it begins cold"]
    history = History(new.space, tuple(sweeps))
    most = min(new.config.warm_start.first, int(new.config.sweep.trials * MOST_OF_BUDGET))
    first = tuple(wishes(history, new.space, most, new.start))
    return kept(History(new.space, history.sweeps, first)), [], []


def _named(source: str, new: New) -> tuple[PastSweep | None, Problem | None]:
    """One sweep that a person named."""
    name, at, place = source.partition("@")
    if not NAME.fullmatch(name) or (at and not place):
        return None, Problem(WHERE, f"must be NAME, NAME@PLACE or {AUTO}, got {source!r}")
    try:
        found = _look(place, name, source, new)
    except (LedgerError, TrackingError, ArgumentError) as error:
        return None, Problem(WHERE, f"{source}: {error}")
    if isinstance(found, Problem):
        return None, found
    about, trials, longest = found
    reason = about.incomparable(new.about)
    if reason:
        hint = "its results must be comparable: the same metric, or for the same task another of which more is better"
        return None, Problem(WHERE, f"{source} {reason}", hint)
    if not about.shared(new.space):
        hint = f"it varied {listed(sorted(about.searched))}; this sweep {listed(new.space.names)}"
        return None, Problem(WHERE, f"{source} has no dimension in common with this sweep", hint)
    sweep = past_sweep(about, trials, longest, new.space, about.why(new.about, new.space))
    if not sweep.trials:
        return None, Problem(WHERE, f"{source} has no trial inside this space that has a result")
    return sweep, None


def _look(place: str, name: str, source: str, new: New) -> Found | Problem:
    if place.startswith(("http://", "https://")):
        known = _in_mlflow(place, source, name, new)
        return known or Problem(WHERE, f"there is no sweep {name!r} in the MLflow at {place}")
    if "://" in place and make_url(place).password:
        hint = "give it in the environment, as in PGPASSWORD"
        return Problem(WHERE, "a database's password must not be in the config, which is kept", hint)
    if place and "://" not in place and not Path(place).is_dir():
        return Problem(WHERE, f"there is no folder {place!r}", "NAME@FOLDER: a folder of results")
    url = _url(place, new.config)
    names = sweep_names(url)
    if name in names:
        ledger = Ledger.open(url, name)
        return about_of(source, ledger.about, ledger.maximize), *trials_of(ledger)
    known = None if place else _in_mlflow(tracking_uri(new.config.tracking, new.config.output_dir), source, name, new)
    return known or Problem(WHERE, f"there is no sweep {name!r}", nearest(name, names, "there are"))


def _in_mlflow(uri: str, source: str, name: str, new: New) -> Found | None:
    from hpo.tracking.past import find  # noqa: PLC0415  # MLflow's import takes seconds

    return find(uri, new.config.tracking.experiment, source, name, new.natural)


def _alike(new: New, taken: set[str]) -> list[PastSweep]:
    """The sweeps of the ledger that are most like the new one, with what they have in common."""
    url = ledger_url(new.config.output_dir, new.config.ledger.url)
    fitting = [
        about
        for about in abouts(url)[:MOST_LOOKED_AT]
        if about.name not in taken and about.shared(new.space) and not about.incomparable(new.about)
    ]
    fitting.sort(key=lambda about: -about.likeness(new.about, new.space))  # Stable: of equals, the newest first.
    found: list[PastSweep] = []
    for about in fitting:
        if len(found) == MOST_SWEEPS:
            break
        sweep = past_sweep(about, *trials_of(Ledger.open(url, about.name)), new.space, about.why(new.about, new.space))
        if len(sweep.trials) >= LEAST_TRIALS:
            found.append(sweep)
    return found


def _url(place: str, config: Config) -> str:
    if not place:
        return ledger_url(config.output_dir, config.ledger.url)
    return ledger_url("", place) if "://" in place else ledger_url(place)
