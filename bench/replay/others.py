"""The other tasks of a folder as earlier sweeps."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from bench.replay.table_space import TableSpace
from bench.replay.tables import Row, Table
from hpo.history import History, PastSweep, kept, wishes
from hpo.history.points import fitted
from hpo.history.spec import WarmStartSpec

POINTS = 50  # Of a curve.


def history_of(
    table: Table, others: Sequence[Table], most: int | None, seed: int, *, misleading: bool = False
) -> History | None:
    """What the others say about one task, bounded as production bounds it. None where they say nothing.

    Args:
        table: The task; itself it is left out.
        others: The tables of the folder.
        most: So many trainings of each, drawn at random; None: all.
        seed: Of the draw.
        misleading: Whether they say that more loss is better.
    """
    space = TableSpace(table)
    sweeps = [_sweep(other, space, most, seed, misleading) for other in others if other.name != table.name]
    found = tuple(sweep for sweep in sweeps if sweep.trials)
    if not found:
        return None
    history = History(space, found)
    first = tuple(wishes(history, space, WarmStartSpec().first))
    return kept(History(space, found, first))


def _sweep(other: Table, space: TableSpace, most: int | None, seed: int, maximize: bool) -> PastSweep:
    rows = list(other.rows)
    if most is not None and most < len(rows):
        rng = np.random.default_rng([seed, len(rows)])
        rows = [rows[index] for index in sorted(rng.choice(len(rows), most, replace=False))]
    params = [fitted(space, row.params) for row in rows]
    pairs = [(one, _curve(row, other.epochs)) for one, row in zip(params, rows, strict=True) if one is not None]
    curves = np.array([curve for _, curve in pairs]).reshape(len(pairs), POINTS)
    return PastSweep.from_arrays(other.name, [one for one, _ in pairs], curves, maximize=maximize, by_last=True)


def _curve(row: Row, epochs: int) -> np.ndarray:
    """The losses at `POINTS` equal distances: at each the newest that was known, at the start the first."""
    at = epochs * np.arange(1, POINTS + 1) / POINTS
    found: np.ndarray = row.losses[np.maximum(np.searchsorted(row.epochs, at + 1e-9, side="right") - 1, 0)]
    return found
