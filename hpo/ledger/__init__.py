"""The durable record of sweeps, and the only truth about them: an Optuna study a sweep, in one database."""

from hpo.ledger.decided import Decided, Verdict
from hpo.ledger.driver import DisplacedError, Driver, Seat, SweepBusyError, driver_of
from hpo.ledger.inbox import Inbox, Kind, Request
from hpo.ledger.ledger import SCHEMA_VERSION, Ledger
from hpo.ledger.names import sweep_names
from hpo.ledger.overview import Overview, Row
from hpo.ledger.reading import Glance, Reading
from hpo.ledger.record import BY_SCHEDULER, UNWORKABLE, Attempt, Cause, Outcome, State, TrialRecord
from hpo.ledger.storage import PATIENCE_S, absolute, hurry, ledger_url, open_engine, patiently, reading, shown, url_of

__all__ = [
    "BY_SCHEDULER",
    "PATIENCE_S",
    "SCHEMA_VERSION",
    "UNWORKABLE",
    "Attempt",
    "Cause",
    "Decided",
    "DisplacedError",
    "Driver",
    "Glance",
    "Inbox",
    "Kind",
    "Ledger",
    "Outcome",
    "Overview",
    "Reading",
    "Request",
    "Row",
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
    "patiently",
    "reading",
    "shown",
    "sweep_names",
    "url_of",
]
