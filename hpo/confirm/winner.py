"""Who won, as the sweep's ledger has it: what the commands that take "the best" mean."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from hpo.confirm.part import part_dir
from hpo.confirm.record import part_of
from hpo.ledger import Ledger, TrialRecord
from hpo.results import weights_dir

CONFIRMATION = "confirmation"  # Note in the sweep's ledger: the last confirmation, as the summary shows it.


@dataclass(frozen=True)
class Winner:
    """The first of the confirmed ranking.

    Attributes:
        trial: Number of the trial of the search that had the configuration.
        run: Number of the retraining whose weights are kept.
        seed: Of that retraining.
        value: Of that retraining on the validation rows.
    """

    trial: int
    run: int
    seed: int
    value: float

    def weights(self, sweep_dir: Path) -> Path:
        """Where its weights are, as long as nobody removes them."""
        return weights_dir(part_dir(sweep_dir), self.run)


@dataclass(frozen=True)
class Delivered:
    """The model that a sweep gives to the world.

    Attributes:
        record: The training, under the number of the search's trial.
        weights: Where its weights are, or are to be.
        tags: What tells it from the search's own training of the same trial.
        stored: The training as the ledger below has it.
        ledger: Of the sweep, or of its confirmation.
    """

    record: TrialRecord
    weights: Path
    tags: Mapping[str, str]
    stored: TrialRecord
    ledger: Ledger


def delivered(ledger: Ledger, best: TrialRecord, sweep_dir: Path) -> Delivered:
    """The confirmed winner; where the sweep was not confirmed, the best of the search."""
    winner, part = winner_of(ledger.about), part_of(ledger)
    if winner is None or part is None:
        return Delivered(best, weights_dir(sweep_dir, best.number), {}, best, ledger)
    stored = part.trial(winner.run)
    tags = {"seed": str(winner.seed), "role": "confirmation"}
    return Delivered(replace(stored, number=winner.trial), winner.weights(sweep_dir), tags, stored, part)


def winner_of(about: Mapping[str, Any]) -> Winner | None:
    """The winner of a sweep that was confirmed; None: it was not, or no retraining has a result.

    Args:
        about: What the ledger knows of the sweep.
    """
    found = (about.get(CONFIRMATION) or {}).get("winner")
    return None if found is None else Winner(**found)
