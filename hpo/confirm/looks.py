"""The test rows, looked at when everything is decided: once for each model that was to be delivered."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import torch

from hpo.ledger import Ledger, TrialRecord
from hpo.plan import Plan
from models.errors import HpoError
from models.evaluate import evaluate, rows_of
from models.spec import TrainSpec

LOOKS = "test_looks"  # Note in the sweep's ledger: every look at the test rows that was ever taken.


@dataclass(frozen=True)
class Look:
    """One look at the test rows.

    Attributes:
        trial: Number of the winner's trial.
        run: Number of the retraining whose weights were tested.
        at: When, Unix seconds.
        metrics: What came out; None: a driver was gone before it did.
        rows: How many test rows there are.
    """

    trial: int
    run: int
    at: float
    metrics: dict[str, float] | None
    rows: int


def looks_of(ledger: Ledger) -> list[Look]:
    """Every look that was taken, in order."""
    return [Look(**written) for written in ledger.about.get(LOOKS, [])]


def look_once(
    plan: Plan,
    ledger: Ledger,
    trial: int,
    winner: TrialRecord,
    spec: TrainSpec,
    weights: Path,
    say: Callable[[str], None],
) -> tuple[Look | None, str]:
    """The winner on the test rows; what is in the ledger is not measured again.

    The look is written down before it is taken, so that none is forgotten.

    Args:
        trial: Number of the winner's trial.
        winner: The retraining whose weights are delivered.
        spec: Of that training.
        weights: Folder of its weights.
        say: Tells the person who watches.

    Returns:
        The result, and why there is none.
    """
    known = looks_of(ledger)
    same = [look for look in known if (look.trial, look.run) == (trial, winner.number)]
    if same and same[-1].metrics is not None:
        return same[-1], ""
    rows = rows_of(spec, "test")
    if not rows:
        return None, "the data have no test rows (data.test, data.test_fraction)"
    if not weights.is_dir():
        return None, f"the winner's weights are not at {weights}"
    others = [look for look in known if look not in same]
    begun = same[-1] if same else Look(trial, winner.number, time.time(), None, rows)
    _write(ledger, [*others, begun])
    say(f"evaluating trial {trial} on the {rows} test rows")
    gpu = plan.slots.gpu > 0 and torch.cuda.is_available()
    trusted = bool(getattr(spec.model, "trust_remote_code", False))
    try:
        found = evaluate(weights, spec, "test", gpu=gpu, trust_remote_code=trusted)
    except HpoError as error:
        return None, f"the winner could not be evaluated on the test rows: {error}"
    done = Look(trial, winner.number, time.time(), found.metrics, found.rows)
    _write(ledger, [*others, done])
    return done, ""


def _write(ledger: Ledger, looks: list[Look]) -> None:
    ledger.note(LOOKS, [asdict(look) for look in looks])
