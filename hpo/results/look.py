"""A sweep at one moment, read from its ledger."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from hpo.aims import Aims
from hpo.confirm.record import Confirmed
from hpo.explain import Moment, story
from hpo.ledger import Reading, State, TrialRecord, reading
from hpo.place import Place
from hpo.results.summary import summary_of
from hpo.status import Status, status_of


@dataclass(frozen=True)
class Look:
    """All that is known of a sweep at one moment.

    Attributes:
        name: The sweep's name.
        about: Facts about the sweep, as the ledger has them: config, space, metric, slots, data card; JSON values.
        records: Its trials, in the order of their numbers.
        maximize: Whether more of the metric is better.
        status: How it stands.
        confirming: The retrainings under fresh seeds, in the same form; none before they begin.
        outdated: Those that no longer count, since the sweep has gone on otherwise.
    """

    name: str
    about: Mapping[str, Any]
    records: tuple[TrialRecord, ...]
    maximize: bool
    status: Status
    confirming: tuple[TrialRecord, ...] = ()
    outdated: tuple[TrialRecord, ...] = ()

    @property
    def metric(self) -> str:
        """The metric that the sweep is about; of several, the first."""
        return str(self.about["metric"])

    @property
    def aims(self) -> Aims:
        """All that is optimized, and the limits to keep."""
        return Aims.of(self.about, self.maximize)

    @cached_property
    def seq(self) -> int:
        """Number of the newest event in it, in the order of everything that happened in the sweep; 0: nothing yet."""
        return max((newest(record) for record in self.records), default=0)

    @property
    def busy(self) -> int:
        """In how many slots a trial runs, or is trained again under a fresh seed; 0 when nobody drives the sweep."""
        every = (*self.records, *self.confirming) if self.status.goes_on else ()
        running = sum(record.state is State.RUNNING for record in every)
        return running if self.slots is None else min(running, self.slots)

    @property
    def slots(self) -> int | None:
        """How many slots it has; None: not known before the cluster is reached."""
        count = self.about.get("slots", {}).get("count")
        return None if count is None else int(count)

    @property
    def confirming_seq(self) -> int:
        """Number of the newest event of the retrainings, in an order of their own; -1: none has begun."""
        return max((newest(record) for record in self.confirming), default=-1)

    @cached_property
    def summary(self) -> dict[str, Any]:
        """What `summary.json` holds. With importance, which takes up to a few seconds where there are many trials."""
        return summary_of(self.name, self.about, self.records, self.maximize)

    def story(self, trial: int | None = None) -> list[Moment]:
        """What was decided, and why, in order.

        Args:
            trial: Of this trial alone.

        Raises:
            InputError: There is no such trial.
        """
        return story(self.name, self.metric, self.records, trial)


def newest(record: TrialRecord) -> int:
    """Number of the newest event of a trial."""
    if record.end_seq is not None:
        return record.end_seq
    evaluated = (int(entry.get("seq", 0)) for entry in record.evaluations)
    return max(record.start_seq, *evaluated, *(decided.seq for decided in record.decisions), 0)


class Reader:
    """Looks at one sweep again and again; only what may have changed is read anew. Not for several threads at once.

    Args:
        place: Where it is.
        name: Its name.
    """

    def __init__(self, place: Place, name: str) -> None:
        """Opens it.

        Raises:
            UnknownSweepError: There is no such sweep.
            LedgerError: The database stayed away.
        """
        self.place, self.name = place, name
        self._reading = Reading(place.ledger_url, name, place.patience_s)
        self._part = Confirmed(place.ledger_url, name, place.patience_s)
        place.check(name)

    def look(self) -> Look:
        """The sweep now.

        Raises:
            UnknownSweepError: It is no longer there.
            LedgerError: The database stayed away.
        """
        with reading():
            found = self._reading.read()
            status = status_of(self.place, self.name, found.about, found.records, found.maximize)
            confirming, outdated = map(tuple, self._part.records())
        return Look(self.name, found.about, found.records, found.maximize, status, confirming, outdated)


def looks(place: Place) -> Iterator[Look]:
    """All sweeps of a ledger, the newest first."""
    return (Reader(place, name).look() for name in place.names())
