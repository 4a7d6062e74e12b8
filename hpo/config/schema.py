"""The typed config of a sweep. Each default, unit and limit of the whole product stands here or in `models.spec`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from hpo.confirm.spec import ConfirmSpec
from hpo.history.spec import WarmStartSpec
from hpo.samplers import SamplerSpec
from hpo.schedulers import SchedulerSpec
from hpo.stopping import StopSpec
from models.spec import REQUIRED, DataSpec, ModelSpec, TrainParams, TuningSpec, opt

DIRECTIONS = ("auto", "maximize", "minimize")


@dataclass(frozen=True)
class SweepSpec:
    """The `sweep` section: what is searched for, and for how long."""

    name: str | None = opt(None, "Name of the sweep in the ledger, MLflow and the output folder; null: made up.")
    trials: int = opt(16, "Number of trials.", low=1)
    hours: float | None = opt(None, "Hours after which no further trial begins; null: no such limit.", above=0)
    stop: StopSpec = field(default_factory=StopSpec)
    metric: str | None = opt(None, "Validation metric that is optimized; null: the first of the task's own.")
    direction: str = opt("auto", "Whether more is better; auto: as is natural for the metric.", choices=DIRECTIONS)
    metrics: list[dict[str, str]] = opt(
        [],
        "Several metrics in place of one, each as `{name: latency_ms, direction: minimize}`; the first is a validation "
        "metric, the others may be `latency_ms`, `train_s`, `peak_memory_mib`, `trainable_parameters`, "
        "`total_parameters` or `size_mib` too.",
    )
    constraints: list[str] = opt(
        [], "Limits that a trial must keep, as in `latency_ms <= 20`; names as in `metrics`, signs <=, <, >=, >."
    )
    seed: int = opt(0, "Seed of the sampler.", low=0)
    start_first: bool = opt(True, "Train the config's current values first, so that the search is seen to beat them.")
    baselines: bool = opt(
        True, "Measure the task's cheap baselines once, for the ranking and to know collapsed trials."
    )
    keep_models: int = opt(3, "How many of the best trials keep their weights on disk.", low=1)
    picture: bool = opt(
        True,
        "Look at validation rows with the best model at the end, for the report and MLflow, which then show some.",
    )
    report: bool = opt(True, "Write report.html at the end, and log it to MLflow.")
    max_failures: int | None = opt(
        8, "Failed trials after which the sweep is given up, to be looked at and resumed; null: never.", low=1
    )


@dataclass(frozen=True)
class TrialSpec:
    """The `trial` section: how a trial's process is looked after. Nothing here changes what is trained."""

    checkpoint_every_s: float = opt(
        60.0,
        "Seconds between checkpoints, at least; more where writing one takes long. What a crash can cost a trial.",
        low=0,
    )
    timeout_min: float | None = opt(
        60.0, "Minutes without a step or an evaluation after which a trial is taken to hang; null: never.", above=0
    )
    retries: int = opt(2, "How often a trial is tried again whose process died, hung, or met a passing error.", low=0)


@dataclass(frozen=True)
class SlotsSpec:
    """The `slots` group: what one trial occupies. null: found from the machine."""

    cpus: int | None = opt(None, "CPU cores, and torch threads, of a trial; null: 1, or with GPUs a fair share.", low=1)
    gpu_fraction: float | None = opt(
        None, "Part of a GPU that a trial takes; null: 1 where there is a GPU, else 0.", low=0, high=1
    )
    gpus: int = opt(1, "GPUs of a trial, over which each batch is divided; more than 1 are whole ones.", low=1)
    memory_gib: float | None = opt(None, "Memory that a trial reserves, in GiB; null: not reserved.", above=0)
    count: int | None = opt(None, "Most trials at once; null: as many as the machine holds.", low=1)


@dataclass(frozen=True)
class ClusterSpec:
    """The `cluster` group: where Ray runs."""

    address: str = opt("local", "`local`: a Ray of this sweep's own; `auto` or `host:port`: a running cluster.")
    storage: str | None = opt(
        None,
        "Folder or object store where trials keep checkpoints and weights, as in `s3://bucket/hpo`; null: in the "
        "output folder, which then every node must see.",
    )


@dataclass(frozen=True)
class LedgerSpec:
    """The `ledger` group: where the sweep's durable record is."""

    url: str | None = opt(
        None,
        "Database, as in `postgresql://user:password@host/name`; null: SQLite in the output folder. The environment "
        "variable HPO_LEDGER_URL sets it too.",
    )


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
    confirm: ConfirmSpec = field(default_factory=ConfirmSpec)
    warm_start: WarmStartSpec = field(default_factory=WarmStartSpec)
    trial: TrialSpec = field(default_factory=TrialSpec)
    slots: SlotsSpec = field(default_factory=SlotsSpec)
    ledger: LedgerSpec = field(default_factory=LedgerSpec)
    cluster: ClusterSpec = field(default_factory=ClusterSpec)
    tracking: TrackingSpec = REQUIRED  # type: ignore[assignment]
    output_dir: str = opt("outputs", "Folder of all results; the environment variable HPO_OUTPUT_DIR sets it too.")
