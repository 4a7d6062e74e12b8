"""What one trial occupies, and how many fit: found from the machine where the config leaves it open."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace

import psutil

from hpo.config.schema import SlotsSpec
from hpo.errors import Problem
from models.spec import Device

GIB = 2**30


@dataclass(frozen=True)
class Machine:
    """What there is to share.

    Attributes:
        memory_gib: Total memory, GiB.
    """

    cpus: int
    gpus: int
    memory_gib: float

    @classmethod
    def here(cls) -> Machine:
        """This machine, as far as this process may use it."""
        import torch  # noqa: PLC0415  # seconds to import; `hpo results` and `hpo ui` do without

        return cls(
            cpus=len(os.sched_getaffinity(0)),
            gpus=torch.cuda.device_count(),
            memory_gib=psutil.virtual_memory().total / GIB,
        )


@dataclass(frozen=True)
class Slots:
    """Slots, resolved.

    Attributes:
        cpus: Cores, and torch threads, of one trial.
        gpu_fraction: Part of a GPU of one trial; 0 without.
        gpus: GPUs of one trial; more than 1 are whole ones.
        memory_gib: Memory reserved for one trial; None: not reserved.
        count: How many trials run at once; None: as many as the cluster holds, which is known when it is reached.
    """

    cpus: int
    gpu_fraction: float
    memory_gib: float | None
    count: int | None
    gpus: int = 1

    def __str__(self) -> str:
        parts = [f"{self.cpus} CPU{'s' if self.cpus > 1 else ''}"]
        if self.gpu_fraction:
            parts.append(f"{self.gpu:g} GPU{'s' if self.gpus > 1 else ''}")
        if self.memory_gib:
            parts.append(f"{self.memory_gib:g} GiB")
        return f"{self.count or 'as many as the cluster holds'} x ({' + '.join(parts)})"

    @property
    def gpu(self) -> float:
        """GPUs of one trial, as Ray counts them: 0, a part of one, or several."""
        return float(self.gpus) if self.gpus > 1 else self.gpu_fraction

    @property
    def device(self) -> Device:
        """What a training in the slot may use."""
        if not self.gpu_fraction:
            return Device(cpus=self.cpus)
        return Device(cpus=self.cpus, gpu=True, gpu_fraction=self.gpu_fraction, processes=self.gpus)

    def fitting(self, machine: Machine) -> int:
        """How many fit at once."""
        fits = [machine.cpus // self.cpus]
        if self.gpu_fraction:
            fits.append(machine.gpus // self.gpus * int(1 / self.gpu_fraction + 1e-9))
        if self.memory_gib is not None:
            fits.append(int(machine.memory_gib / self.memory_gib))
        return min(fits)


def resolve_slots(spec: SlotsSpec, machine: Machine | None) -> tuple[Slots, list[Problem]]:
    """Fill in what the config leaves open, and check that at least one slot fits.

    Args:
        machine: Where the trials run; None: a cluster, which is not reached before the sweep starts. There a trial
            takes one core and no GPU unless the config says so.

    Returns:
        The slots and what is wrong; with problems, the slots are what would fit.
    """
    if machine is None:
        fraction = spec.gpu_fraction if spec.gpu_fraction is not None else float(spec.gpus > 1)
        return Slots(spec.cpus or 1, fraction, spec.memory_gib, spec.count, spec.gpus), _gpu_problems(spec)
    problems = _gpu_problems(spec)
    gpu = spec.gpu_fraction if spec.gpu_fraction is not None else (1.0 if machine.gpus else 0.0)
    gpus = spec.gpus
    if gpu > machine.gpus:
        message = f"asks for {gpu:g} of a GPU, but this machine has {machine.gpus} GPUs"
        problems.append(Problem("slots.gpu_fraction", message, "leave it out to train on the CPU"))
        gpu = 0.0
    if gpus > max(1, machine.gpus):
        problems.append(Problem("slots.gpus", f"must be <= {max(1, machine.gpus)} on this machine, got {gpus}"))
        gpus = 1
    share = max(1, machine.cpus // (machine.gpus // gpus * int(1 / gpu + 1e-9))) if gpu else 1
    cpus = spec.cpus or share
    if cpus > machine.cpus:
        problems.append(Problem("slots.cpus", f"must be <= {machine.cpus}, the cores of this machine, got {cpus}"))
        cpus = machine.cpus
    if spec.memory_gib is not None and spec.memory_gib > machine.memory_gib:
        message = f"must be <= {machine.memory_gib:.1f}, the memory of this machine, got {spec.memory_gib:g}"
        problems.append(Problem("slots.memory_gib", message))
    slots = Slots(cpus, gpu, spec.memory_gib, None, gpus)
    fits = max(1, slots.fitting(machine))
    if spec.count is not None and spec.count > fits:
        problems.append(Problem("slots.count", f"must be <= {fits}, what fits on this machine, got {spec.count}"))
    return replace(slots, count=min(spec.count or fits, fits)), problems


def _gpu_problems(spec: SlotsSpec) -> list[Problem]:
    if spec.gpus > 1 and spec.gpu_fraction is not None and spec.gpu_fraction < 1:
        message = f"must be 1, or left out, with slots.gpus={spec.gpus}, got {spec.gpu_fraction:g}"
        return [Problem("slots.gpu_fraction", message, "a trial on several GPUs has them whole")]
    return []
