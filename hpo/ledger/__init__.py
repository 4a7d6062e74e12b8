"""The durable record of sweeps, and the only truth about them: an Optuna study a sweep, in one database."""

from hpo.ledger.decided import Decided, Verdict
from hpo.ledger.driver import DisplacedError, Driver, Seat, SweepBusyError, driver_of
from hpo.ledger.inbox import Inbox, Kind, Request
from hpo.ledger.ledger import SCHEMA_VERSION, Ledger, sweep_names
from hpo.ledger.record import BY_SCHEDULER, UNWORKABLE, Attempt, Cause, Outcome, State, TrialRecord
from hpo.ledger.storage import absolute, hurry, ledger_url, open_engine, shown

__all__ = [
    "BY_SCHEDULER",
    "SCHEMA_VERSION",
    "UNWORKABLE",
    "Attempt",
    "Cause",
    "Decided",
    "DisplacedError",
    "Driver",
    "Inbox",
    "Kind",
    "Ledger",
    "Outcome",
    "Request",
    "Seat",
    "State",
    "SweepBusyError",
    "TrialRecord",
    "Verdict",
    "absolute",
    "driver_of",
    "hurry",
    "ledger_url",
    "open_engine",
    "shown",
    "sweep_names",
]
