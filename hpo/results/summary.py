"""What a sweep found, from its ledger alone: while it runs, or after."""

from __future__ import annotations

import json
import os
import tempfile
import time
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from hpo.aims import Aims
from hpo.collapse import COLLAPSED
from hpo.front import front
from hpo.importance import importance
from hpo.ledger import Ledger, State, TrialRecord
from hpo.population.shown import with_schedules
from hpo.ranking import best_trial
from hpo.redact import Redactor
from hpo.results.reproduce import train_command
from hpo.space import space_from_dict

SUMMARY, REPORT = "summary.json", "report.html"


def summarize(ledger: Ledger) -> dict[str, Any]:
    """The sweep in one JSON-able dict: what `summary.json` holds and `hpo results --json` prints. Without secrets."""
    return summary_of(ledger.name, ledger.about, ledger.trials(), ledger.maximize)


def summary_of(name: str, about: Mapping[str, Any], records: Sequence[TrialRecord], maximize: bool) -> dict[str, Any]:
    """The same, from what was read before."""
    best = best_trial(records, maximize)
    aims, chosen = Aims.of(about, maximize), front(records)
    on_front = {record.number for record in chosen}
    counts, redactor = Counter(record.state.value for record in records), Redactor()
    summary = {
        "name": name,
        "metric": about["metric"],
        "direction": "maximize" if maximize else "minimize",
        "status": about.get("status", "running"),
        "left_because": redactor.text(about.get("left_because", "")),
        "stopped": about.get("stopped"),
        "budget": about.get("budget"),
        "seconds": _seconds(about, records),
        "counts": {state.value: counts.get(state.value, 0) for state in State},
        "slots": _slots(about, records),
        "best": _trained(about, best, redactor) if best is not None else None,
        "aims": None if aims.plain else aims.to_dict(),
        "front": [_trained(about, record, redactor) for record in chosen],
        "start": _start(records, about),
        "baselines": about.get("baselines", []),
        "data": redactor.value(about.get("data_card")),
        "report": _report(about),
        "model_uri": about.get("champion", {}).get("uri") or about.get("model_uri"),  # the latter in version 1
        "mlflow": {"uri": redactor.text(about["mlflow_uri"]), "run_id": about.get("mlflow_run_id")},
        "confirmation": redactor.value(about.get("confirmation")),
        "importance": _importance(about, records, maximize),
        "trials": [_trial(record, redactor) | _standing(record, on_front) for record in records],
    }
    return with_schedules(summary, records)


def write_summary(ledger: Ledger, sweep_dir: Path) -> dict[str, Any]:
    """Write `summary.json` in one piece, and return it."""
    summary = summarize(ledger)
    sweep_dir.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", dir=sweep_dir, delete=False, suffix=".tmp", encoding="utf-8") as file:
        json.dump(summary, file, indent=2, ensure_ascii=False)
    Path(file.name).chmod(0o644)
    os.replace(file.name, sweep_dir / SUMMARY)  # noqa: PTH105  # atomic, also over an older summary
    return summary


def weights_dir(sweep_dir: Path, number: int) -> Path:
    """Where the best weights of a trial are, as long as they are kept."""
    return sweep_dir / "trials" / f"{number:04d}" / "best"


def _report(about: Mapping[str, Any]) -> str | None:
    path = Path(about["sweep_dir"]) / REPORT
    return str(path) if path.is_file() else None


def _trained(about: Mapping[str, Any], record: TrialRecord, redactor: Redactor) -> dict[str, Any]:
    """A trial that a person may want to have."""
    folder = weights_dir(Path(about["sweep_dir"]), record.number)
    values = {"values": dict(record.standing.values)} if record.standing.values else {}
    return {
        "number": record.number,
        "value": record.value,
        **values,
        "epochs": record.value_epoch,
        "params": redactor.value(record.params),
        "command": train_command(about, record.params),
        "weights": str(folder) if folder.is_dir() else None,
    }


def _standing(record: TrialRecord, on_front: Collection[int]) -> dict[str, Any]:
    """How a trial stands against several aims and limits; nothing where there is one metric alone."""
    standing = record.standing
    if not standing.values:
        return {}
    found: dict[str, Any] = {"values": dict(standing.values), "front": record.number in on_front}
    return found | ({"violated": list(standing.violated)} if standing.judged else {})


def _importance(about: Mapping[str, Any], records: Sequence[TrialRecord], maximize: bool) -> dict[str, Any]:
    seed = int(about["config"]["sweep"]["seed"])
    return asdict(importance(space_from_dict(about["space"]), records, maximize, seed))


def _start(records: Sequence[TrialRecord], about: Mapping[str, Any]) -> dict[str, Any] | None:
    """The person's own configuration: the first trial, when it was tried first."""
    if not about.get("start_first") or not records:
        return None
    return {"number": records[0].number, "value": records[0].value}


def _trial(record: TrialRecord, redactor: Redactor) -> dict[str, Any]:
    return {
        "number": record.number,
        "state": record.state.value,
        "cause": record.cause.value if record.cause else None,
        "reason": redactor.text(record.reason),
        COLLAPSED: bool(record.facts.get(COLLAPSED)),
        "params": redactor.value(record.params),
        "value": record.value,
        "trainable_parameters": record.facts.get("trainable_parameters"),
        "epochs": record.epochs,
        "steps": record.steps,
        "seconds": (record.ended_at or time.time()) - record.started_at if record.started_at else None,
        "seconds_by_kind": {kind: record.seconds(kind) for kind in ("load_s", "train_s", "eval_s", "save_s", "wait_s")},
        "mlflow_run_id": record.mlflow_run_id,
        "nodes": [attempt.node for attempt in record.attempts if attempt.node],
        "parent": record.parent,
    }


def _seconds(about: Mapping[str, Any], records: Sequence[TrialRecord]) -> float:
    """Seconds that the sweep ran, by all its drivers."""
    if "spent_s" in about:
        return float(about["spent_s"])
    ends = [record.ended_at for record in records if record.ended_at]
    end = about.get("ended_at") or (max(ends) if ends else about["started_at"])
    return float(end) - float(about["started_at"])


def _slots(about: Mapping[str, Any], records: Sequence[TrialRecord]) -> dict[str, Any]:
    """How many slots there were, and the share of their seconds spent in training and evaluation."""
    count = int(about["slots"]["count"] or 1)
    starts = [record.started_at for record in records if record.started_at]
    ends = [record.ended_at for record in records if record.ended_at]
    if not starts or not ends:
        return {**about["slots"], "busy_fraction": None}
    inside = sum(record.seconds("train_s") + record.seconds("eval_s") for record in records)
    ran_s = min(max(ends) - min(starts), _seconds(about, records))  # Where it was resumed, without the time between.
    return {**about["slots"], "busy_fraction": inside / max(1e-9, count * ran_s)}
