"""Everything that can be checked before compute is spent, all problems together."""

from __future__ import annotations

import os
import re
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from hpo.aims.check import check_aims, check_fit, check_measured, primary_of
from hpo.cluster import access
from hpo.config.compose import Composed
from hpo.config.resolve import Resolved, resolve
from hpo.config.schema import Config
from hpo.errors import HpoError, InputError, LedgerError, Problem
from hpo.ledger import ledger_url, sweep_names
from hpo.plan import Plan
from hpo.population.check import check_population
from hpo.results import SUMMARY
from hpo.samplers import make_sampler
from hpo.samplers.past import with_history
from hpo.samplers.several import for_aims
from hpo.schedulers import check_scheduler, longest_training
from hpo.slots import Machine, Slots, resolve_slots
from hpo.space import Space, Start
from hpo.space.beliefs import far_beliefs
from hpo.stopping import check_stop
from hpo.storage.check import check_storage
from hpo.tracking.store import check_reachable
from hpo.trialspec import ROOTS, train_spec
from hpo.warm import New, history_of
from models.data import PreparedData, prepare, read
from models.spec import REQUIRED, TrainSpec
from models.tasks import TASKS, task_for
from models.training import check_rows, check_spec

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


def check(composed: Composed, going_on: str | None = None) -> Plan:
    """The plan of a sweep.

    Args:
        composed: The config.
        going_on: Name of the sweep that is resumed; None: a new one.

    Raises:
        InputError: Everything that is wrong: config, space, sampler, scheduler, slots, model, data, folders, servers.
    """
    resolved = resolve(composed)
    config = resolved.config
    problems = list(resolved.problems)
    space = _space(resolved, problems)
    slots, more = resolve_slots(config.slots, Machine.here() if config.cluster.address == "local" else None)
    problems += more
    problems += _check_folder(Path(config.output_dir))
    problems += [*_check_cluster(config), *check_storage(config.cluster.storage)]
    name = going_on or config.sweep.name or _made_up_name(resolved.choices)
    if going_on is None:
        problems += _check_name(name, config, problems)
        problems += check_reachable(config.tracking)
    maximize = _maximize(config)
    aims, more = check_aims(config.sweep, _metric(config), maximize, _metrics(config))
    problems += [*more, *check_fit(aims, config.sampler.name, config.scheduler.name)]
    data, more = check_training(_train_spec(config, slots), known={problem.where for problem in problems})
    problems += more
    if space is None:
        raise InputError(_distinct(problems))
    problems += check_scheduler(config.scheduler, longest_training(config.train, space))
    problems += check_population(config, space)
    sampler = for_aims(make_sampler(config.sampler, space, config.sweep.seed), aims)
    problems += sampler.check(config.sweep.trials)
    problems += check_stop(config.sweep.stop, config.sweep.trials, slots.gpu)
    if data is not None:
        problems += check_measured(aims, task_for(config.data).unmeasured(data.about))
    values = resolved.schema.values(resolved.choices)
    found = space.start(values) if config.sweep.start_first else Start(None)
    rows = "" if data is None else data.fingerprint
    new = New(config, space, _metric(config), maximize, _metrics(config), values, found.params, rows)
    history, more, said = history_of(new, going_on)
    problems += more
    if problems or data is None:
        raise InputError(_distinct(problems))

    trials, notes = config.sweep.trials, [*data.card.warnings(), *said, *far_beliefs(space.dimensions)]
    planned = sampler.planned()
    if planned is not None:
        trials = min(trials, planned)
        if planned > config.sweep.trials:
            cut = f"the grid has {planned} points, but sweep.trials={config.sweep.trials} ends it before all are tried"
            notes.append(f"{cut}; sweep.trials={planned} tries them all")
    if found.reason:
        notes.append(f"the starting configuration is not tried first, it is outside the space: {found.reason}")
    return Plan(
        name=name,
        config=config,
        overrides=composed.overrides,
        schema=resolved.schema,
        choices=resolved.choices,
        space=space,
        sampler=with_history(sampler, history, config.warm_start.weight),
        data=data,
        slots=slots,
        metric=_metric(config),
        maximize=maximize,
        aims=aims,
        trials=trials,
        start=found.params,
        history=history,
        notes=tuple(notes),
        config_dir=composed.config_dir,
    )


def training_of(composed: Composed) -> tuple[TrainSpec, Path]:
    """The one training that a config describes, its space left aside, and the folder of results.

    Raises:
        InputError: Everything that is wrong with it.
    """
    resolved = resolve(composed)
    config = resolved.config
    slots, problems = resolve_slots(config.slots, Machine.here())
    problems = [*resolved.problems, *problems, *_check_folder(Path(config.output_dir))]
    spec = _train_spec(config, slots)
    problems += check_training(spec, known={problem.where for problem in problems})[1]
    if problems:
        raise InputError(_distinct(problems))
    return spec, Path(config.output_dir)


def check_training(spec: TrainSpec, known: set[str]) -> tuple[PreparedData | None, list[Problem]]:
    """Model, data and metric of one training; the data is read, and tokenized into the cache, on the way.

    Args:
        known: Places that are reported already.

    Returns:
        The data, as far as they could be prepared, and the problems.
    """
    problems = [problem for problem in check_spec(spec) if problem.where not in known]
    sections = {problem.where.split(".")[0] for problem in problems} | {where.split(".")[0] for where in known}
    if "data" in sections:
        return None, problems
    try:
        if "model" in sections or "output_dir" in sections:
            read(spec.data)
            return None, problems
        data = prepare(spec.data, spec.model, spec.cache_dir)
    except InputError as error:
        return None, problems + list(error.problems)
    return data, problems if "sweep" in sections else problems + check_rows(spec, data)


def _train_spec(config: Config, slots: Slots) -> TrainSpec:
    return train_spec(
        {root: getattr(config, root) for root in ROOTS},
        metric=_metric(config),
        maximize=_maximize(config),
        device=slots.device,
        cache_dir=str((Path(config.output_dir) / "cache").resolve()),
    )


def _space(resolved: Resolved, problems: list[Problem]) -> Space | None:
    try:
        return Space.parse(resolved.config.space, resolved.schema)
    except InputError as error:
        problems += error.problems
        return None


def _maximize(config: Config) -> bool:
    """The direction asked for, or the metric's natural one; an unknown metric is reported by the task's check."""
    if config.sweep.direction in ("maximize", "minimize"):
        return config.sweep.direction == "maximize"
    if config.data.task not in TASKS:
        return True
    return bool(_metrics(config).get(_metric(config), True))


def _metric(config: Config) -> str:
    """The metric asked for, the first of several, or the first of the task's own."""
    known = _metrics(config)
    return config.sweep.metric or primary_of(config.sweep.metrics, known) or next(iter(known), REQUIRED)


def _metrics(config: Config) -> Mapping[str, bool]:
    return task_for(config.data).metrics(config.data) if config.data.task in TASKS else {}


def _made_up_name(choices: Mapping[str, str]) -> str:
    return f"{choices.get('data', 'data')}-{choices.get('model', 'model')}-{time.strftime('%m%d-%H%M%S')}"


def _check_name(name: str, config: Config, problems: list[Problem]) -> list[Problem]:
    if not NAME.fullmatch(name):
        rule = "must be letters, digits, '.', '_' or '-', at most 100, the first a letter or digit"
        return [Problem("sweep.name", f"{rule}; got {name!r}")]
    if any(problem.where == "output_dir" for problem in problems):
        return []
    folder = Path(config.output_dir)
    try:
        names = sweep_names(ledger_url(folder, config.ledger.url))
    except LedgerError as error:
        return [Problem("ledger.url", str(error))]
    if name in names:
        hint = f"go on with it: hpo resume {name}; look at it: hpo status {name}; or take sweep.name={name}-2"
        return [Problem("sweep.name", f"{name!r} is taken in {folder}", hint)]
    if (folder / name / SUMMARY).exists():
        return [Problem("sweep.name", f"{folder / name} has the results of another sweep", "take another name")]
    return []


def _check_cluster(config: Config) -> list[Problem]:
    """Whether anybody answers at the cluster's address; the rest is seen when it is connected to."""
    if config.cluster.address == "local":
        return []
    try:
        access(config.cluster.address, Path(config.output_dir)).check_answers()
    except InputError as error:
        return list(error.problems)
    except HpoError as error:
        message = str(error).removeprefix("cluster.address: ")
        return [Problem("cluster.address", message, "to try one out on this machine: hpo cluster up")]
    return []


def _check_folder(folder: Path) -> list[Problem]:
    """Whether results can be written, tried by writing."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=folder):
            return []
    except OSError as error:
        hint = "name another: output_dir=FOLDER or HPO_OUTPUT_DIR=FOLDER"
        return [Problem("output_dir", f"cannot write to {folder}: {os.strerror(error.errno or 0)}", hint)]


def _distinct(problems: list[Problem]) -> list[Problem]:
    return list(dict.fromkeys(problems))
