"""The `sweep.stop` section."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from models.errors import Problem
from models.spec.fields import opt


@dataclass(frozen=True)
class PlateauSpec:
    """When further trials are not expected to bring anything: no further trial begins, what runs ends by itself."""

    improvement: float | None = opt(
        None,
        "Improvement of the metric, in its own unit, that the next trials must be expected to bring together; null: "
        "not asked for. Less than the metric differs by chance is never worth waiting for.",
        above=0,
    )
    ahead: int = opt(10, "How many trials the improvement is expected of.", low=1)
    min_trials: int = opt(20, "Ended trials before which it is not judged.", low=2)


@dataclass(frozen=True)
class StopSpec:
    """What ends a sweep before `sweep.trials` and `sweep.hours` are used up."""

    target: float | None = opt(
        None, "Value of the metric that is enough: once a trial has it, the sweep ends, what runs too; null: none."
    )
    gpu_hours: float | None = opt(
        None, "GPU-hours of all trials' stays in slots after which no further trial begins; null: no limit.", above=0
    )
    cpu_hours: float | None = opt(
        None, "CPU-core-hours of all trials' stays in slots after which no further begins; null: no limit.", above=0
    )
    plateau: PlateauSpec = field(default_factory=PlateauSpec)

    def __str__(self) -> str:
        parts = [f"at a value of {self.target:g}"] if self.target is not None else []
        parts += [f"after {self.gpu_hours:.3g} GPU-hours"] if self.gpu_hours is not None else []
        parts += [f"after {self.cpu_hours:.3g} CPU-hours"] if self.cpu_hours is not None else []
        if self.plateau.improvement is not None:
            ahead = f"the next {self.plateau.ahead} trials"
            parts.append(f"where {ahead} are expected to bring less than {self.plateau.improvement:g}")
        return ", ".join(parts)


def stop_from_dict(data: Mapping[str, Any] | None) -> StopSpec:
    """The reverse of `dataclasses.asdict`; of an older sweep, which has none: nothing stops it."""
    if not data:
        return StopSpec()
    return StopSpec(**{**data, "plateau": PlateauSpec(**data["plateau"])})


def check_stop(spec: StopSpec, trials: int, gpus: float) -> list[Problem]:
    """What could never be met.

    Args:
        trials: Most trials of the sweep.
        gpus: GPUs of a slot.
    """
    problems: list[Problem] = []
    if spec.gpu_hours is not None and not gpus:
        message = f"could never be used up: a slot has no GPU here; got {spec.gpu_hours:g}"
        problems.append(Problem("sweep.stop.gpu_hours", message, "use sweep.stop.cpu_hours or sweep.hours"))
    plateau = spec.plateau
    if plateau.improvement is not None and plateau.min_trials >= trials:
        message = f"must be less than the sweep's {trials} trials, got {plateau.min_trials}: it would never be judged"
        problems.append(Problem("sweep.stop.plateau.min_trials", message, "more sweep.trials, or a smaller number"))
    return problems
