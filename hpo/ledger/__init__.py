"""The durable record of sweeps, and the only truth about them: an Optuna study a sweep, in one database."""

from hpo.ledger.driver import DisplacedError, Driver, Seat, SweepBusyError, driver_of
from hpo.ledger.inbox import Inbox, Kind, Request
from hpo.ledger.ledger import SCHEMA_VERSION, Ledger, sweep_names
from hpo.ledger.record import Attempt, Cause, Outcome, State, TrialRecord
from hpo.ledger.storage import absolute, hurry, ledger_url, open_engine, shown

__all__ = [
    "SCHEMA_VERSION",
    "Attempt",
    "Cause",
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
    "absolute",
    "driver_of",
    "hurry",
    "ledger_url",
    "open_engine",
    "shown",
    "sweep_names",
]
