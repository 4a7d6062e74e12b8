"""What a new sweep keeps of earlier ones, in its own part of the ledger.

A resumed sweep must decide as it would have without the break, though the earlier sweeps may have grown since, or be
gone. So what was chosen when it was begun is written down, bounded: of each earlier sweep at most `MOST_TRIALS` trials,
of each curve at most `MOST_POINTS` values.
"""

from __future__ import annotations

import base64
import dataclasses
import json
import zlib
from collections.abc import Mapping
from typing import Any

import numpy as np

from hpo.history.history import History, Wish
from hpo.history.past import PastSweep, PastTrial
from hpo.space import Space

MOST_TRIALS = 200
MOST_POINTS = 10


def bounded(sweep: PastSweep) -> PastSweep:
    """The best half of what may be kept, and of the others every so many by rank; each with the score that it had."""
    order = np.argsort(-sweep.scores, kind="stable")
    if len(order) > MOST_TRIALS:
        best, rest = order[: MOST_TRIALS // 2], order[MOST_TRIALS // 2 :]
        places = np.linspace(0, len(rest) - 1, MOST_TRIALS - len(best)).round().astype(int)
        order = np.concatenate([best, rest[places]])
    chosen = np.sort(order)
    trials = tuple(_thinned(sweep.trials[index]) for index in chosen)
    known = tuple(float(f"{score:.6g}") for score in sweep.scores[chosen])
    return dataclasses.replace(sweep, trials=trials, known_scores=known)


def pack(history: History) -> str:
    """As one text for the ledger; compressed, since it is read with every look at the sweep."""
    whole = {
        "sweeps": [_sweep_to_dict(bounded(sweep)) for sweep in history.sweeps],
        "first": [{"params": dict(wish.params), "why": wish.why} for wish in history.first],
    }
    return base64.b85encode(zlib.compress(json.dumps(whole, separators=(",", ":")).encode())).decode()


def unpack(space: Space, text: str) -> History:
    """The reverse of `pack`.

    Args:
        space: Of the sweep that keeps it.
    """
    whole = json.loads(zlib.decompress(base64.b85decode(text)))
    sweeps = tuple(_sweep_from_dict(sweep) for sweep in whole["sweeps"])
    return History(space, sweeps, tuple(Wish(wish["params"], wish["why"]) for wish in whole["first"]))


def kept(history: History) -> History:
    """The history as the ledger gives it back, so that a sweep decides the same before and after a break."""
    return unpack(history.space, pack(history))


def _thinned(trial: PastTrial) -> PastTrial:
    if len(trial.curve) <= MOST_POINTS:
        return trial
    places = np.linspace(0, len(trial.curve) - 1, MOST_POINTS).round().astype(int)
    return dataclasses.replace(trial, curve=tuple(trial.curve[index] for index in places))


def _sweep_to_dict(sweep: PastSweep) -> dict[str, Any]:
    return {
        "name": sweep.name,
        "maximize": sweep.maximize,
        "why": sweep.why,
        "by_last": sweep.by_last,
        "scores": sweep.scores.tolist(),
        "trials": [[dict(t.params), [list(point) for point in t.curve], t.state, t.cause] for t in sweep.trials],
    }


def _sweep_from_dict(found: Mapping[str, Any]) -> PastSweep:
    trials = tuple(
        PastTrial(params, tuple((at, value) for at, value in curve), state, cause)
        for params, curve, state, cause in found["trials"]
    )
    known = tuple(found["scores"])
    return PastSweep(found["name"], trials, found["maximize"], found["why"], found["by_last"], known)
