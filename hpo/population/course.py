"""From a trial's lineage to the training that goes through it, and to what is taken over for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from hpo.lineage import Segment, changes_of
from hpo.plan import Plan
from hpo.schedulers import PbtSpec
from hpo.storage.deposits import POPULATION
from models.spec import TrainSpec
from models.training import Taking


def course_of(plan: Plan, params: Mapping[str, Any], course: Sequence[Segment]) -> TrainSpec:
    """The one training that goes through these stretches.

    Args:
        plan: Of the sweep.
        params: Values of a training without changes; not looked at where there are stretches.
        course: As `lineage` gives it; empty: nothing changes.
    """
    spec = plan.train_spec(course[0].params if course else params)
    return replace(spec, changes=changes_of(course))


def kept_name(number: int, step: int) -> str:
    """Name of a trial's checkpoint in the folder."""
    return f"{number:04d}/step-{step:08d}"


def aside_for(plan: Plan, storage: str | None) -> str | None:
    """Where a sweep keeps checkpoints that others may take over; None where no trial does.

    Args:
        plan: Of the sweep.
        storage: Its folder in the store; None: it has none.
    """
    if not isinstance(plan.config.scheduler, PbtSpec):
        return None
    return str((plan.sweep_dir / POPULATION).resolve()) if storage is None else f"{storage}/{POPULATION}"


def taking_of(aside: str | None, course: Sequence[Segment]) -> Taking | None:
    """What a trial takes over before it goes on; None: nothing.

    Args:
        aside: As `aside_for` gives it.
        course: Its lineage; empty: it took nothing over.
    """
    if aside is None or len(course) < 2:
        return None
    before, last = course[-2:]
    return Taking(f"{aside}/{kept_name(before.trial, last.steps)}", f"{before.trial}/{last.steps}/{last.trial}")
