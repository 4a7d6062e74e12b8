"""Looks after the trials in their slots: passes on that one is to leave, and kills one that hangs."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ray
from ray.tune.experiment import Trial

from hpo.execution.job import Placed, TrialJob
from hpo.execution.link import TRACEBACK_FILE
from hpo.execution.signals import Channel

TICK_S = 0.5
ANSWER_S = 2.0
SIGNS_S = 5.0  # Between looks at the signs of life.


@dataclass
class _Stay:
    """One trial in its slot."""

    trial: Trial
    job: TrialJob
    channel: Channel
    alive_at: float
    sign: int = -1
    node_id: str = ""
    asked: bool = False
    hung: str = ""


class Watch:
    """All trials in their slots. Asked by Ray Tune's loop."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._stays: dict[str, _Stay] = {}
        self._ticked_at = self._looked_at = 0.0

    def add(self, trial: Trial) -> None:
        """A trial is on its way to a slot."""
        job: TrialJob = trial.config["job"]
        channel = Channel(job.sweep_id, job.number, job.attempt)
        self._stays[trial.trial_id] = _Stay(trial, job, channel, self._clock())

    def placed(self, job: TrialJob, where: Placed) -> None:
        """Its process has begun."""
        for stay in self._stays.values():
            if stay.job == job:
                stay.node_id, stay.alive_at = where.node_id, self._clock()

    def remove(self, trial: Trial) -> None:
        """It has left the slot."""
        stay = self._stays.pop(trial.trial_id, None)
        if stay is not None:
            stay.channel.close()

    def ask_to_leave(self, job: TrialJob) -> None:
        """A trial that is in its slot is to leave after the step that it is at."""
        for stay in self._stays.values():
            if stay.job == job and not stay.asked:
                stay.channel.ask_to_leave()
                stay.asked = True

    def tick(self, is_to_leave: Callable[[int], bool]) -> None:
        """Do what is due."""
        now = self._clock()
        if now - self._ticked_at < TICK_S:
            return
        self._ticked_at = now
        for stay in self._stays.values():
            if not stay.asked and is_to_leave(stay.job.number):
                stay.channel.ask_to_leave()
                stay.asked = True
        if now - self._looked_at >= SIGNS_S:
            self._looked_at = now
            for stay in self._stays.values():
                self._look(stay, now)

    def node_is_gone(self, trial: Trial) -> bool:
        """Whether the trial's machine is gone, or Ray's process there: asked when the trial's own process is."""
        stay = self._stays.get(trial.trial_id)
        if stay is None or not stay.node_id:
            return False
        node = next((node for node in ray.nodes() if node["NodeID"] == stay.node_id), None)
        return node is None or not node["Alive"] or not _answers(node)

    def hung(self, trial: Trial) -> str:
        """Why the trial was killed here; empty: it was not."""
        stay = self._stays.get(trial.trial_id)
        return "" if stay is None else stay.hung

    def _look(self, stay: _Stay, now: float) -> None:
        timeout_s = stay.job.timeout_s
        if timeout_s is None or stay.hung or not stay.node_id:
            return
        sign = stay.channel.last_sign()
        if sign != stay.sign:
            stay.sign, stay.alive_at = sign, now
        elif now - stay.alive_at > timeout_s and stay.trial.temporary_state.ray_actor is not None:
            stay.hung = f"no step and no evaluation for {timeout_s / 60:g} minutes{_where(stay.job)}"
            ray.kill(stay.trial.temporary_state.ray_actor)


def _answers(node: dict[str, Any]) -> bool:
    """Whether Ray's process on a node takes connections; Ray itself notices only after missing several answers."""
    try:
        with socket.create_connection((node["NodeManagerAddress"], node["NodeManagerPort"]), timeout=ANSWER_S):
            return True
    except OSError:
        return False


def _where(job: TrialJob) -> str:
    """Where the process hung, as it wrote itself."""
    path = Path(job.out_dir) / TRACEBACK_FILE
    text = path.read_text(encoding="utf-8").strip() if path.is_file() else ""
    return f"; it hung at:\n{text}" if text else ""
