"""What is trained again: one configuration of the search under one fresh seed."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hpo.ledger import State, TrialRecord
from hpo.ranking import by_merit

CONFIGURATION, SEED = "configuration", "train.seed"  # Of a retraining's params; the others are the configuration's.
FIRST_SEED = 1000  # Beyond `train.seed`: away from the seeds that people search or try by hand.


@dataclass(frozen=True)
class Retraining:
    """One training of the confirmation.

    Attributes:
        configuration: Number of the trial of the search that had it.
        seed: `train.seed` of this training.
    """

    configuration: int
    seed: int

    @classmethod
    def of(cls, record: TrialRecord) -> Retraining:
        """What a record of the confirmation is of."""
        return cls(int(record.params[CONFIGURATION]), int(record.params[SEED]))


def is_retraining(record: TrialRecord) -> bool:
    """Whether a record is of the confirmation, not of the search."""
    return CONFIGURATION in record.params


def candidates(records: Sequence[TrialRecord], maximize: bool, most: int) -> list[TrialRecord]:
    """The best configurations of a search that were trained to their end and keep its limits, the best first.

    What differs in nothing but a searched `train.seed` is one configuration. One that began with another trial's
    weights is left out: it cannot be trained again from its values alone.

    Args:
        records: Of the search.
        maximize: Whether more of the metric is better.
        most: How many are wanted.
    """
    found: list[TrialRecord] = []
    for record in by_merit(records, maximize):
        whole = record.state is State.COMPLETE and record.standing.feasible and record.warm_from is None
        if whole and all(configuration(record) != configuration(other) for other in found):
            found.append(record)
    return found[:most]


def configuration(record: TrialRecord) -> dict[str, Any]:
    """The values of a trial, or of a retraining, without the seed and what else makes it one."""
    return {name: value for name, value in record.params.items() if name not in (CONFIGURATION, SEED)}


def wanted(chosen: Collection[TrialRecord], base_seed: int, seeds: int) -> list[Retraining]:
    """Every retraining of these configurations: each under the same seeds, all of them under the first one first.

    Args:
        chosen: Trials of the search.
        base_seed: The search's own `train.seed`.
        seeds: How many.
    """
    fresh = range(base_seed + FIRST_SEED, base_seed + FIRST_SEED + seeds)
    return [Retraining(record.number, seed) for seed in fresh for record in chosen]


def params_of(retraining: Retraining, searched: Mapping[int, Mapping[str, Any]]) -> dict[str, Any]:
    """The whole params of a retraining.

    Args:
        retraining: Which.
        searched: Params of the search's trials by their number.
    """
    of_search = {name: value for name, value in searched[retraining.configuration].items() if name != SEED}
    return {CONFIGURATION: retraining.configuration, **of_search, SEED: retraining.seed}
