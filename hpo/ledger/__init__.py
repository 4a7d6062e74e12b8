"""The durable record of sweeps, and the only truth about them: an Optuna study a sweep, in one database."""

from hpo.ledger.ledger import Ledger, ledger_url, sweep_names
from hpo.ledger.record import Cause, Outcome, State, TrialRecord

__all__ = ["Cause", "Ledger", "Outcome", "State", "TrialRecord", "ledger_url", "sweep_names"]
