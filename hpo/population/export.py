"""Writes the schedule of a sweep's best trial into the sweep's folder."""

from __future__ import annotations

from pathlib import Path

from hpo.again import overrides_of
from hpo.confirm.winner import winner_of
from hpo.ledger import Ledger
from hpo.lineage import lineage
from hpo.population.schedule import SCHEDULE, Schedule
from hpo.ranking import best_trial
from hpo.results import config_dir_of


def schedule_of(ledger: Ledger, number: int) -> Schedule:
    """A trial's schedule; of one stretch where it never took over another one's weights."""
    about, records = ledger.about, {record.number: record for record in ledger.trials()}
    course, record = lineage(records, number), records[number]
    theirs = overrides_of(about, record, course[0].params)
    return Schedule(ledger.name, record, about["data_fingerprint"], tuple(theirs), course, config_dir_of(about))


def write_schedule(ledger: Ledger, sweep_dir: Path) -> Path | None:
    """Write that of the confirmed winner, else of the best trial, where values changed in a sweep.

    Returns:
        The file; None: there is nothing to write, and none is there.
    """
    records = ledger.trials()
    best, winner = best_trial(records, ledger.maximize), winner_of(ledger.about)
    if best is None or not any(record.exploits for record in records):
        (sweep_dir / SCHEDULE).unlink(missing_ok=True)
        return None
    return schedule_of(ledger, best.number if winner is None else winner.trial).write(sweep_dir)
