"""What a confirmation found, as the ledger, the summary and MLflow have it."""

from __future__ import annotations

import shlex
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from hpo.confirm.looks import look_once, looks_of
from hpo.confirm.part import part_dir
from hpo.confirm.ranking import Confirmed, ranked
from hpo.confirm.record import records_of
from hpo.confirm.retraining import SEED, Retraining, configuration
from hpo.confirm.winner import CONFIRMATION, Winner
from hpo.ledger import Ledger, TrialRecord
from hpo.plan import Plan
from hpo.results import train_command, weights_dir
from hpo.weights import bring_weights
from models.remote import RemoteError
from models.spec import TrainSpec


def conclude(
    plan: Plan,
    ledger: Ledger,
    part: Ledger,
    spec_of: Callable[[TrialRecord], TrainSpec],
    say: Callable[[str], None],
) -> dict[str, Any]:
    """Rank, look at the test rows with the winner, and write it down. Again, it gives the same and looks no more.

    Args:
        part: The confirmation's record.
        spec_of: The training of a retraining.
        say: Tells the person who watches.

    Returns:
        What the ledger has as `confirmation`.
    """
    trials, runs = ledger.trials(), records_of(part)
    # Since it was confirmed, the limits may have changed.
    searched = {
        record.number: record.value for record in trials if record.value is not None and record.standing.feasible
    }
    runs = [record for record in runs if Retraining.of(record).configuration in searched]
    broken = {run.number: plan.aims.standing(run.evaluations, run.curve, run.facts).violated for run in runs}
    level = plan.config.confirm.level
    ranking = ranked(searched, runs, maximize=plan.maximize, level=level, broken=broken)
    by_number = {record.number: record for record in runs}
    winner = _winner(ranking, by_number)
    look, no_test, delivered = None, "no configuration was confirmed", None
    if winner is not None:
        record = by_number[winner.run]
        weights = weights_dir(part_dir(plan.sweep_dir), winner.run)
        lost = _bring(part, record, weights)
        look, no_test = look_once(plan, ledger, winner.trial, record, spec_of(record), weights, say)
        no_test = lost if lost and look is None else no_test
        params = {**configuration(record), SEED: winner.seed}
        command = train_command(ledger.about, params)
        if trials[winner.trial].exploits:  # Its values changed on the way.
            command = f"hpo train --from {shlex.quote(ledger.name)} --trial {winner.trial} {SEED}={winner.seed}"
        delivered = {"command": command, "weights": str(weights.resolve())}
    found = {
        "level": level,
        "seeds": plan.config.confirm.seeds,
        "trials": len(trials),
        "ranking": [_row(one, plan.maximize) for one in ranking],
        "winner": None if winner is None else asdict(winner),
        "delivered": delivered,
        "test": None if look is None else asdict(look),
        "no_test": no_test,
        "test_looks": len(looks_of(ledger)),
    }
    before = ledger.about.get(CONFIRMATION) or {}
    same = {**before, "at": None} == {**found, "at": None}
    found["at"] = before["at"] if same else time.time()
    ledger.note(CONFIRMATION, found)
    return found


def figures_of(found: Mapping[str, Any], metric: str) -> dict[str, float]:
    """The winner's figures, for the sweep's own run in MLflow."""
    if found["winner"] is None:
        return {}
    first, values = found["ranking"][0], {}
    for name in ("mean", "low", "high", "optimism"):
        if first[name] is not None:
            values[f"confirmed/{metric}_{name}"] = float(first[name])
    if found["test"] is not None:
        values |= {f"test/{name}": float(value) for name, value in found["test"]["metrics"].items()}
    return values


def _winner(ranking: Sequence[Confirmed], runs: Mapping[int, TrialRecord]) -> Winner | None:
    first = ranking[0] if ranking else None
    if first is None or first.run is None:
        return None
    seed = Retraining.of(runs[first.run]).seed
    return Winner(first.number, first.run, seed, first.values[seed])


def _bring(part: Ledger, record: TrialRecord, weights: Path) -> str:
    """Fetch the weights where they are in a storage. Returns why they cannot be had; empty: they can, or are here."""
    try:
        bring_weights(part, record, weights)
    except RemoteError as error:
        return f"the winner's weights could not be fetched: {error}"
    return ""


def _row(one: Confirmed, maximize: bool) -> dict[str, Any]:
    found = one.interval
    return {
        "trial": one.number,
        "searched": one.searched,
        "mean": None if found is None else found.mean,
        "low": None if found is None else found.low,
        "high": None if found is None else found.high,
        "values": {str(seed): value for seed, value in one.values.items()},
        "unstable": one.unstable,
        "failed": one.failed,
        "tie": one.tie,
        "p_value": one.p_value,
        "optimism": one.optimism(maximize),
        "run": one.run,
        **({"broken": {str(seed): list(limits) for seed, limits in one.broken.items()}} if one.broken else {}),
    }
