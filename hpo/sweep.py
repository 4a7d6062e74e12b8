"""One sweep from its plan to its summary."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml
from rich.console import Console

from hpo.collapse import trivial_value
from hpo.config.resolve import to_plain
from hpo.execution.job import TrialJob
from hpo.execution.run import ray_runtime, run_on_ray
from hpo.exitcode import ExitCode
from hpo.interrupt import Interrupt
from hpo.ledger import Cause, Ledger, ledger_url
from hpo.plan import Plan
from hpo.provenance import commit, versions
from hpo.results import best_trial, weights_dir, write_summary
from hpo.schedulers import longest_training, make_scheduler
from hpo.search import Proposal, Search
from hpo.space import space_to_dict
from hpo.terminal.live import Display
from hpo.terminal.tables import show_summary
from hpo.tracking.store import artifact_dir, tracking_uri
from hpo.weights import WeightKeeper
from models.baselines.base import run_baselines

DATA_CARD = "data_card.md"

if TYPE_CHECKING:
    from hpo.tracking.tracker import Tracker


def run_sweep(plan: Plan, console: Console) -> int:
    """Run a checked plan to its end and show what it found.

    Whatever happens, no trial is left running in the ledger or in MLflow.

    Returns:
        The exit code: 0; 1 when no trial has a result; 130 when the person stopped it.
    """
    ledger = _begin(plan)
    interrupt = Interrupt(console)
    with Display(plan, console) as display, interrupt.listening(), ThreadPoolExecutor(2) as pool:
        opening = pool.submit(_open_tracker, plan, ledger)  # takes seconds, in which Ray starts
        measuring = pool.submit(_baselines, plan)  # the same
        try:
            with ray_runtime(plan.config.cluster, plan.slots) as slots:
                ledger.note("slots", to_plain(slots))
                ledger.note("baselines", baselines := measuring.result())
                opening.result().baselines(baselines)
                _run(_search(plan, ledger, opening.result(), display), replace(plan, slots=slots), interrupt)
        except KeyboardInterrupt:
            interrupt.asked.set()
        except BaseException:
            ledger.note("status", "failed")
            _close(ledger, opening.result(), {}, "FAILED")
            raise
        display.note("writing the results")
        _finish(plan, ledger, opening.result(), interrupted=interrupt.asked.is_set())
    summary = write_summary(ledger, plan.sweep_dir)
    opening.result().text("summary.json", (plan.sweep_dir / "summary.json").read_text(encoding="utf-8"))
    show_summary(console, summary)
    if interrupt.asked.is_set():
        return ExitCode.INTERRUPTED
    return ExitCode.OK if summary["best"] is not None else ExitCode.FAILED


def _run(search: Search, plan: Plan, interrupt: Interrupt) -> None:
    try:
        run_on_ray(search, plan.slots, partial(_job, plan), plan.sweep_dir, interrupt.asked.is_set)
    except KeyboardInterrupt:
        interrupt.asked.set()
    finally:
        if interrupt.asked.is_set():
            search.stop(Cause.STOPPED_BY_USER, "Ctrl-C")
        else:
            search.stop(Cause.LOST, "the sweep ended before the trial did")


def _baselines(plan: Plan) -> list[dict[str, Any]]:
    """The task's cheap baselines on the validation rows, as JSON has them."""
    if not plan.config.sweep.baselines:
        return []
    return [asdict(baseline) for baseline in run_baselines(plan.config.data.task, plan.data)]


def _begin(plan: Plan) -> Ledger:
    """The sweep's folder, its config as a file, and its place in the ledger."""
    plan.sweep_dir.mkdir(parents=True)
    config = to_plain(plan.config)
    (plan.sweep_dir / "config.yaml").write_text(yaml.safe_dump(config, sort_keys=False, allow_unicode=True))
    (plan.sweep_dir / DATA_CARD).write_text(plan.data.card.to_markdown(), encoding="utf-8")
    about = {
        "status": "running",
        "metric": plan.metric,
        "overrides": list(plan.overrides),
        "config": config,
        "choices": dict(plan.choices),
        "space": space_to_dict(plan.space),
        "fixed": to_plain(plan.space.fixed),
        "slots": to_plain(plan.slots),
        "start_first": plan.start is not None,
        "started_at": time.time(),
        "sweep_dir": str(plan.sweep_dir.resolve()),
        "mlflow_uri": tracking_uri(plan.config.tracking, plan.output_dir),
        "data_fingerprint": plan.data.fingerprint,
        "data_card": plan.data.card.to_dict(),
        "baselines": [],
        "git_commit": commit(Path.cwd()),
        "versions": versions(),
    }
    return Ledger.create(ledger_url(plan.output_dir), plan.name, maximize=plan.maximize, about=about)


def _open_tracker(plan: Plan, ledger: Ledger) -> Tracker:
    """Begin the sweep's MLflow run. Imported here: it takes seconds, in which Ray starts."""
    from hpo.tracking.tracker import Tracker  # noqa: PLC0415

    spec = plan.config.tracking
    about = ledger.about
    artifacts = artifact_dir(spec, plan.output_dir)
    tracker = Tracker(about["mlflow_uri"], spec.experiment, plan.name, plan.metric, artifacts)
    config = about["config"]
    params = {
        f"{section}.{key}": value
        for section in ("data", "model", "tuning", "train", "sampler", "scheduler", "sweep", "slots")
        for key, value in config[section].items()
    }
    tags = {f"version.{name}": version for name, version in about["versions"].items()}
    tags |= {"sweep": plan.name, "data_fingerprint": about["data_fingerprint"]}
    if about["git_commit"]:
        tags["mlflow.source.git.commit"] = about["git_commit"]
    tracker.describe(params | {"space": config["space"]}, tags)
    for name in ("config.yaml", DATA_CARD):
        tracker.text(name, (plan.sweep_dir / name).read_text(encoding="utf-8"))
    return tracker


def _search(plan: Plan, ledger: Ledger, tracker: Tracker, display: Display) -> Search:
    ledger.note("mlflow_run_id", tracker.run_id)
    keeper = WeightKeeper(plan.sweep_dir, plan.config.sweep.keep_models, plan.maximize)
    return Search(
        ledger,
        plan.sampler,
        make_scheduler(plan.config.scheduler, plan.maximize, longest_training(plan.config.train, plan.space)),
        metric=plan.metric,
        trials=plan.trials,
        start=plan.start,
        trivial=trivial_value(ledger.about["baselines"], plan.metric),
        observers=(keeper, tracker, display),
    )


def _job(plan: Plan, proposal: Proposal) -> TrialJob:
    folder = plan.trial_dir(proposal.number).resolve()
    return TrialJob(proposal.number, plan.train_spec(proposal.params), str(folder))


def _finish(plan: Plan, ledger: Ledger, tracker: Tracker, *, interrupted: bool) -> None:
    """Log the champion and close the sweep's record."""
    from hpo.tracking.champion import log_champion  # noqa: PLC0415  # it imports mlflow

    best = best_trial(ledger.trials(), plan.maximize)
    values: dict[str, float] = {}
    if best is not None and best.value is not None:
        values = {f"best/{plan.metric}": best.value, "best/trial": float(best.number)}
        register_as = plan.name if plan.config.tracking.register else None
        weights = weights_dir(plan.sweep_dir, best.number)
        uri = log_champion(
            tracker.client, tracker.run_id, weights, plan.config.data.task, plan.data.examples(), register_as
        )
        ledger.note("model_uri", uri)
    ledger.note("status", "interrupted" if interrupted else "finished")
    _close(ledger, tracker, values, "KILLED" if interrupted else "FINISHED" if best is not None else "FAILED")


def _close(ledger: Ledger, tracker: Tracker, values: dict[str, float], mlflow_status: str) -> None:
    """Write what is left for MLflow, and which runs there belong to which trial."""
    ledger.note("ended_at", time.time())
    try:
        tracker.finish(values, mlflow_status)
    finally:
        for number, run_id in tracker.writer.run_ids.items():
            ledger.set_run_id(number, run_id)
