"""TrainSpec: one training, whole."""

from __future__ import annotations

from dataclasses import dataclass, field

from models.spec.changes import Change
from models.spec.data import DataSpec
from models.spec.model import ModelSpec
from models.spec.train import TrainParams
from models.spec.tuning import TuningSpec


@dataclass(frozen=True)
class Device:
    """What hardware one training may use.

    Attributes:
        cpus: CPU threads for torch, of all processes together; the training never uses more.
        gpu: Whether to train on the visible GPUs, one for each process.
        gpu_fraction: Share of a GPU's memory that the training may take, above 0 and at most 1.
        processes: In how many processes each batch is computed.
    """

    cpus: int = 1
    gpu: bool = False
    gpu_fraction: float = 1.0
    processes: int = 1


@dataclass(frozen=True)
class TrainSpec:
    """One training, typed and fully resolved.

    Attributes:
        metric: Name of the metric that chooses the best evaluation, as the task reports it; None: its first.
        maximize: Whether more of the metric is better; None: as is natural for it.
        cache_dir: Folder of the tokenized data, shared by all trainings.
        changes: Settings of `train` that change in its course, in the order of their steps.
    """

    data: DataSpec
    model: ModelSpec
    tuning: TuningSpec
    train: TrainParams
    metric: str | None = None
    maximize: bool | None = None
    device: Device = Device()
    cache_dir: str = "outputs/cache"
    changes: tuple[Change, ...] = field(default=(), repr=False)  # A checkpoint's fingerprint takes them one by one.
