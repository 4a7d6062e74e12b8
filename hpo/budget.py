"""How much a sweep may still try."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from typing import Any

from hpo.stopping import PlateauSpec, StopSpec, stop_from_dict


class Budget:
    """Trials and time, and what ends the sweep before they are used up.

    Attributes:
        trials: Most trials; None: no such limit.
        hours: Hours of the sweep's running time after which no further trial begins; None: no such limit.
        stop: The rules that end it earlier.
        slot_cpus, slot_gpus: Cores and GPUs of a slot, by which hours in slots are counted.
    """

    def __init__(
        self,
        trials: int | None,
        hours: float | None = None,
        spent_s: float = 0.0,
        clock: Callable[[], float] = time.time,
        *,
        stop: StopSpec | None = None,
        slot_cpus: float = 1.0,
        slot_gpus: float = 0.0,
    ) -> None:
        """A budget of which earlier drivers of the sweep have spent some.

        Args:
            trials: See the attribute.
            hours: See the attribute.
            spent_s: Seconds that the earlier drivers ran.
            clock: Unix seconds; replays bring their own.
            stop: See the attribute; None: no such rules.
            slot_cpus: See the attribute.
            slot_gpus: See the attribute.
        """
        self.trials, self.hours = trials, hours
        self.stop = StopSpec() if stop is None else stop
        self.slot_cpus, self.slot_gpus = slot_cpus, slot_gpus
        self._spent_s, self._clock, self._since = spent_s, clock, clock()

    def __str__(self) -> str:
        trials = "any number of trials" if self.trials is None else f"{self.trials} trials"
        return trials if self.hours is None else f"{trials} within {self.hours:.3g} hours"

    def to_dict(self) -> dict[str, Any]:
        """As the ledger keeps it."""
        return {"trials": self.trials, "hours": self.hours, "stop": asdict(self.stop)}

    @classmethod
    def of(cls, about: Mapping[str, Any], cpus: float = 1.0, gpus: float = 0.0) -> Budget:
        """A sweep's budget as its ledger has it.

        Args:
            about: What the ledger knows of the sweep.
            cpus: Cores of a slot.
            gpus: GPUs of a slot.
        """
        limits, spent_s = about.get("budget", {}), float(about.get("spent_s", 0.0))
        stop = stop_from_dict(limits.get("stop"))
        trials, hours = limits.get("trials"), limits.get("hours")
        return cls(trials, hours, spent_s, stop=stop, slot_cpus=cpus, slot_gpus=gpus)

    @property
    def spent_s(self) -> float:
        """Seconds that the sweep has run, by all its drivers."""
        return self._spent_s + self._clock() - self._since

    def now(self) -> float:
        """The time, Unix seconds."""
        return self._clock()

    def allows(self, proposed: int) -> bool:
        """Whether another trial may begin after so many, as far as trials and hours go."""
        return self.used_up(proposed) is None

    @property
    def out_of_time(self) -> bool:
        """Whether its hours are over."""
        return self.hours is not None and self.spent_s >= self.hours * 3600

    def used_up(self, proposed: int) -> tuple[str, str] | None:
        """Which of trials and hours allows no more, and that in words; None: neither.

        Args:
            proposed: How many trials there were.
        """
        if self.trials is not None and proposed >= self.trials:
            return "trials", f"all {self.trials} trials were begun"
        if self.out_of_time:
            return "hours", f"its {self.hours:.3g} hours are over"
        return None

    def one_more(self) -> None:
        """Room for a trial that a person asked for."""
        if self.trials is not None:
            self.trials += 1

    def extend(self, proposed: int, trials: int = 0, hours: float = 0.0) -> None:
        """More of it.

        Args:
            proposed: How many trials there are.
            trials: So many more trials; alone, they are the only limit.
            hours: So many hours from now on; alone, they are the only limit.
        """
        self.hours = self.spent_s / 3600 + hours if hours else None
        self.trials = (proposed if self.trials is None else self.trials) + trials if trials else None

    def drop(self, rule: str) -> None:
        """Do without a rule of `stop`, by its name."""
        self.stop = stop_from_dict({**asdict(self.stop), rule: asdict(PlateauSpec()) if rule == "plateau" else None})

    def extend_stop(
        self, slot_s: float, gpu_hours: float = 0.0, cpu_hours: float = 0.0, target: float | None = None
    ) -> None:
        """Other limits of the same rules; what is not given stays.

        Args:
            slot_s: Seconds of all stays in slots until now.
            gpu_hours: So many GPU-hours from now on.
            cpu_hours: So many core-hours from now on.
            target: The value that is enough from now on.
        """
        hours = slot_s / 3600
        self.stop = replace(
            self.stop,
            target=self.stop.target if target is None else target,
            gpu_hours=hours * self.slot_gpus + gpu_hours if gpu_hours else self.stop.gpu_hours,
            cpu_hours=hours * self.slot_cpus + cpu_hours if cpu_hours else self.stop.cpu_hours,
        )
