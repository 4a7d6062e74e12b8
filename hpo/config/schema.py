"""The typed config of a sweep. Each default, unit and limit of the whole product stands here or in `models.spec`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from hpo.samplers import SamplerSpec
from hpo.schedulers import SchedulerSpec
from models.spec import REQUIRED, DataSpec, ModelSpec, TrainParams, TuningSpec, opt

DIRECTIONS = ("auto", "maximize", "minimize")


@dataclass(frozen=True)
class SweepSpec:
    """The `sweep` section: what is searched for, and for how long."""

    name: str | None = opt(None, "Name of the sweep in the ledger, MLflow and the output folder; null: made up.")
    trials: int = opt(16, "Number of trials.", low=1)
    metric: str | None = opt(None, "Validation metric that is optimized; null: the first of the task's own.")
    direction: str = opt("auto", "Whether more is better; auto: as is natural for the metric.", choices=DIRECTIONS)
    seed: int = opt(0, "Seed of the sampler.", low=0)
    start_first: bool = opt(True, "Train the config's current values first, so that the search is seen to beat them.")
    baselines: bool = opt(
        True, "Measure the task's cheap baselines once, for the ranking and to know collapsed trials."
    )
    keep_models: int = opt(3, "How many of the best trials keep their weights on disk.", low=1)


@dataclass(frozen=True)
class SlotsSpec:
    """The `slots` group: what one trial occupies. null: found from the machine."""

    cpus: int | None = opt(None, "CPU cores, and torch threads, of a trial; null: 1, or with GPUs a fair share.", low=1)
    gpu_fraction: float | None = opt(
        None, "Part of a GPU that a trial takes; null: 1 where there is a GPU, else 0.", low=0, high=1
    )
    memory_gib: float | None = opt(None, "Memory that a trial reserves, in GiB; null: not reserved.", above=0)
    count: int | None = opt(None, "Most trials at once; null: as many as the machine holds.", low=1)


@dataclass(frozen=True)
class ClusterSpec:
    """The `cluster` group: where Ray runs."""

    address: str = opt("local", "`local`: a Ray of this sweep's own; `auto` or `host:port`: a running cluster.")


@dataclass(frozen=True)
class TrackingSpec:
    """What every way of tracking has in common."""

    uri: str | None = opt(REQUIRED, "MLflow tracking URI, as in `http://host:5000`.")
    experiment: str = opt("transformer-hpo", "MLflow experiment that holds the sweep's runs.")
    register: bool = opt(True, "Register the best model under the sweep's name, with the alias `champion`.")


@dataclass(frozen=True)
class LocalTracking(TrackingSpec):
    """MLflow without a server."""

    uri: str | None = opt(None, "MLflow tracking URI; null: SQLite in the output folder.")


@dataclass(frozen=True)
class ServerTracking(TrackingSpec):
    """An MLflow server, on this machine or another."""


@dataclass(frozen=True)
class Config:
    """The whole config, as `hpo sweep --cfg job` prints it."""

    data: DataSpec = REQUIRED  # type: ignore[assignment]  # filled by the option of the group
    model: ModelSpec = REQUIRED  # type: ignore[assignment]
    tuning: TuningSpec = REQUIRED  # type: ignore[assignment]
    train: TrainParams = field(default_factory=TrainParams)
    space: dict[str, Any] = field(default_factory=dict)
    sampler: SamplerSpec = REQUIRED  # type: ignore[assignment]
    scheduler: SchedulerSpec = REQUIRED  # type: ignore[assignment]
    sweep: SweepSpec = field(default_factory=SweepSpec)
    slots: SlotsSpec = field(default_factory=SlotsSpec)
    cluster: ClusterSpec = field(default_factory=ClusterSpec)
    tracking: TrackingSpec = REQUIRED  # type: ignore[assignment]
    output_dir: str = opt("outputs", "Folder of all results; the environment variable HPO_OUTPUT_DIR sets it too.")
