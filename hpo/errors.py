"""The project's errors, under the name that users of `hpo` look for."""

from models.errors import HpoError, InputError, Problem, TrainingDivergedError

__all__ = [
    "HpoError",
    "InputError",
    "LedgerError",
    "Problem",
    "TrackingError",
    "TrainingDivergedError",
    "UnknownSweepError",
]


class UnknownSweepError(InputError):
    """No sweep of that name is in the ledger."""

    def __init__(self, name: str, known: list[str], ledger: str) -> None:
        self.name = name
        self.known = known
        listing = ", ".join(known[:10]) if known else "none yet"
        super().__init__([Problem("NAME", f"no sweep called {name!r} in {ledger}", f"there are: {listing}")])


class TrackingError(HpoError):
    """MLflow did not take what the sweep wrote."""


class LedgerError(HpoError):
    """The ledger's database cannot be read or written."""
