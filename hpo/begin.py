"""A sweep's place in the ledger and on disk: what is written before anything runs."""

from __future__ import annotations

import hashlib
import json
import time
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from hpo.budget import Budget
from hpo.config.resolve import to_plain
from hpo.history import pack
from hpo.ledger import Ledger, shown
from hpo.plan import Plan
from hpo.provenance import commit, versions
from hpo.redact import Redactor
from hpo.results import key_of
from hpo.space import space_to_dict
from hpo.tracking.store import tracking_uri

CONFIG, DATA_CARD = "config.yaml", "data_card.md"
# What decides a sweep's future. The rest of the config says where and how it runs, and may change from day to day.
DECISIVE = ("data", "model", "tuning", "train", "space", "sampler", "scheduler")
DECISIVE_OF_SWEEP = ("metric", "direction", "metrics", "constraints", "seed", "start_first")


def begin(plan: Plan) -> Ledger:
    """The sweep's folder, its config as a file, and its place in the ledger."""
    plan.sweep_dir.mkdir(parents=True, exist_ok=True)
    write_files(plan)
    about = {
        "sweep_id": uuid.uuid4().hex,
        "status": "running",
        "metric": plan.metric,
        "start_first": plan.start is not None,
        "started_at": time.time(),
        "budget": Budget(plan.trials, plan.config.sweep.hours, stop=plan.config.sweep.stop).to_dict(),
        "baselines": [],
        "history": None if plan.history is None else pack(plan.history),
        **settings(plan),
        **circumstances(plan),
    }
    return Ledger.create(plan.ledger_url, plan.name, maximize=plan.maximize, about=about)


def settings(plan: Plan) -> dict[str, Any]:
    """What the sweep is of, as the ledger keeps it."""
    config = recorded_config(plan)
    return {
        # The ledger's may hold its password.
        "overrides": [text for text in plan.overrides if key_of(text).partition(".")[0] != "ledger"],
        "config_dir": plan.config_dir,
        "config": config,
        "choices": dict(plan.choices),
        "space": space_to_dict(plan.space),
        "fixed": to_plain(plan.space.fixed),
        "aims": plan.aims.to_dict(),
        "data_fingerprint": plan.data.fingerprint,
        "data_card": plan.data.card.to_dict(),
        "fingerprint": fingerprint(config, plan.data.fingerprint),
    }


def circumstances(plan: Plan) -> dict[str, Any]:
    """Where and with what it runs; anew with each driver."""
    return {
        "cwd": str(Path.cwd()),
        "sweep_dir": str(plan.sweep_dir.resolve()),
        "slots": to_plain(plan.slots),
        "mlflow_uri": tracking_uri(plan.config.tracking, plan.output_dir),
        "git_commit": commit(Path.cwd()),
        "versions": versions(),
    }


def write_files(plan: Plan) -> None:
    """The resolved config and the data card, for people and for MLflow: without secrets."""
    redactor = Redactor()
    text = yaml.safe_dump(redactor.value(recorded_config(plan)), sort_keys=False, allow_unicode=True)
    (plan.sweep_dir / CONFIG).write_text(text, encoding="utf-8")
    (plan.sweep_dir / DATA_CARD).write_text(redactor.text(plan.data.card.to_markdown()), encoding="utf-8")


def recorded_config(plan: Plan) -> dict[str, Any]:
    """The resolved config as plain values, without the ledger's password."""
    config: dict[str, Any] = to_plain(plan.config)
    if plan.config.ledger.url is not None:
        config["ledger"]["url"] = shown(plan.config.ledger.url)
    return config


def decisive(config: Mapping[str, Any]) -> dict[str, Any]:
    """The part of a config that decides the sweep's future."""
    found = {section: config[section] for section in DECISIVE}
    sweep = {key: config["sweep"][key] for key in DECISIVE_OF_SWEEP if config["sweep"].get(key, []) != []}
    if config.get("warm_start", {}).get("from"):
        found["warm_start"] = config["warm_start"]
    return found | {"sweep": sweep}  # An empty list is as good as none, as older sweeps have it.


def fingerprint(config: Mapping[str, Any], data_fingerprint: str) -> str:
    """SHA-256 of what decides the sweep's future, the rows of data included."""
    text = json.dumps([decisive(config), data_fingerprint], sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()
