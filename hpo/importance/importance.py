"""Which hyperparameters mattered: the share of what varied between trials that each explains alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from hpo.importance.fanova import Shares, fanova
from hpo.importance.merit import ranked
from hpo.importance.unit import place
from hpo.ledger import TrialRecord
from hpo.space import Space

METHOD = "fANOVA (Hutter et al. 2014) of the trials' ranks"
MIN_TRIALS = 12  # With 8, the dimension that matters most was found in half of all cases; with 12 in 9 of 10 where a
MIN_EXPLAINED = 0.1  # forest explains anything of the trials that it was not shown; of noise it explains nothing.


@dataclass(frozen=True)
class Part:
    """What is known of one dimension.

    Attributes:
        name: Its dotted name.
        share: Share of the variance between the trials' ranks that it explains alone, 0 to 1; None: cannot be told.
        trials: How many trials had it. Where not all, the share is that among those, times their part of the variance.
        note: Why it cannot be told; empty where it can.
    """

    name: str
    share: float | None
    trials: int
    note: str = ""


@dataclass(frozen=True)
class Importance:
    """What is known of all.

    Attributes:
        trials: How many trials were looked at.
        explained: Share of the variance of ranks that a model of the trials foretells of trials it was not shown; None:
            there is no model.
        parts: The dimensions, what matters most first.
        note: Why nothing can be told; empty where something can.
        method: How it was found.
    """

    trials: int
    explained: float | None = None
    parts: tuple[Part, ...] = ()
    note: str = ""
    method: str = METHOD

    @property
    def shares(self) -> dict[str, float]:
        """The shares that can be told, by dotted name."""
        return {part.name: part.share for part in self.parts if part.share is not None}


def importance(space: Space, records: Iterable[TrialRecord], maximize: bool, seed: int = 0) -> Importance:
    """Look at all trials that tell something, with those that were stopped early at their places.

    Args:
        seed: Of the model; the same trials and seed give the same.
    """
    records = [record for record in records if not space.contains(record.params)]
    ranks = ranked(records, maximize)
    told = [record for record in records if record.number in ranks]
    few = _too_few(len(told))
    if few or not space.dimensions:
        return Importance(len(told), note=few)
    values = np.array([ranks[record.number] for record in told])
    params = [space.encode(record.params) for record in told]
    models: dict[tuple[int, ...], tuple[list[str], Shares]] = {}
    parts: list[Part] = []
    for name in space.names:
        having = tuple(row for row, values_of in enumerate(params) if name in values_of)
        few = _too_few(len(having))
        if few:
            parts.append(Part(name, None, len(having), few))
            continue
        if having not in models:
            models[having] = _model(space, [params[row] for row in having], values[list(having)], seed)
        parts.append(_part(name, models[having], values, having))
    whole = tuple(range(len(told)))
    if whole not in models:  # Every dimension has a condition.
        return Importance(len(told), parts=_ordered(parts))
    explained = models[whole][1].explained
    if not any(part.share is not None for part in parts):
        note = f"the {len(told)} trials do not tell: a model of them foretells nothing of those it was not shown"
        return Importance(len(told), explained, note=note)
    return Importance(len(told), explained, _ordered(parts))


def _model(
    space: Space, params: Sequence[Mapping[str, Any]], values: np.ndarray, seed: int
) -> tuple[list[str], Shares]:
    """The dimensions that vary among these trials, and what a forest over those says.

    A trial that lacks a dimension is put into its middle: so the forest can tell what the condition does from what the
    dimension does, where there is one.
    """
    distributions = space.to_distributions()

    def column(name: str) -> np.ndarray:
        return np.array([place(distributions[name], each[name]) if name in each else 0.5 for each in params])

    columns = {name: column(name) for name in space.names}
    varying = [name for name in space.names if np.ptp(columns[name]) > 0]
    if not varying or np.ptp(values) == 0:
        return [], Shares(np.zeros(0), 0.0)
    return varying, fanova(np.stack([columns[name] for name in varying], axis=1), values, seed)


def _part(name: str, model: tuple[list[str], Shares], values: np.ndarray, having: tuple[int, ...]) -> Part:
    varying, shares = model
    if name not in varying:
        return Part(name, None, len(having), "it did not vary")
    if shares.explained < MIN_EXPLAINED:
        return Part(name, None, len(having), "the trials do not tell")
    of_all = len(having) / len(values) * float(values[list(having)].var() / values.var())
    return Part(name, float(shares.each[varying.index(name)]) * of_all, len(having))


def _ordered(parts: Iterable[Part]) -> tuple[Part, ...]:
    return tuple(sorted(parts, key=lambda part: -1.0 if part.share is None else part.share, reverse=True))


def _too_few(trials: int) -> str:
    return f"not enough trials ({trials} < {MIN_TRIALS})" if trials < MIN_TRIALS else ""
