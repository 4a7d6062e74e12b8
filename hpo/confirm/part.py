"""The confirmation's own record beside the sweep's: its trainings are no trials of the search, but run like them."""

from __future__ import annotations

import hashlib
import json
import time
from pathlib import Path

from hpo.begin import recorded_config
from hpo.confirm.record import PART, SINCE, part_of
from hpo.ledger import Cause, Ledger, Outcome
from hpo.plan import Plan

TRAINED = "trained"
SECTIONS = ("data", "model", "tuning", "train")  # What a training is made of.


def part_dir(sweep_dir: Path) -> Path:
    """Folder of the retrainings."""
    return sweep_dir / PART


def open_part(plan: Plan, ledger: Ledger) -> Ledger:
    """The confirmation's record, to be written to: begun where there is none, and told where it is and with what.

    Where the sweep goes on with other data or another model, what was confirmed before counts no more.
    """
    about = ledger.about
    part = part_of(ledger)
    if part is None:
        begun = {"sweep_id": f"{about['sweep_id']}-{PART}", "started_at": time.time(), SINCE: 0}
        part = ledger.begin_part(PART, {**begun, "metric": plan.metric, TRAINED: _trained(plan)})
    if part.about[TRAINED] != _trained(plan):
        _end_all(part, plan.metric)
        part.note(SINCE, len(part.study.get_trials(deepcopy=False)))
        part.note(TRAINED, _trained(plan))
    place = {"mlflow_uri": about["mlflow_uri"], "cwd": about["cwd"]}
    for key, value in {**place, "config": {"cluster": {"storage": plan.config.cluster.storage}}}.items():
        part.note(key, value)
    return part


def _trained(plan: Plan) -> str:
    """SHA-256 of what every training of the sweep is made of, the rows of data included."""
    config = recorded_config(plan)
    text = json.dumps([{name: config[name] for name in SECTIONS}, plan.data.fingerprint], sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def _end_all(part: Ledger, metric: str) -> None:
    part.settle(metric)
    for record in part.trials():
        if not record.state.ended:
            part.end(record, Outcome(Cause.STOPPED_BY_USER, "the settings were changed: hpo resume --allow-change"))
