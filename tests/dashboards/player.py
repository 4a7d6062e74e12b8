"""Plays the trials of a made sweep on a clock of its own."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, cast

import numpy as np

from hpo.ledger import Attempt, Cause, Ledger, Outcome, State, TrialRecord, Verdict
from hpo.space.draw import draw
from tests.dashboards.facts import Made, config_of, confirmation_of, start_of

SECONDS = ("load_s", "train_s", "eval_s", "save_s", "wait_s")
STEPS, LAYERS = 40, 2_000_000  # Optimizer steps between evaluations; weights of the made model.
LATENCY_MS = {8: 4.0, 16: 6.0, 32: 9.0}  # By batch size, which has nothing to do with it: an aim of its own.


class Clocked(Ledger):
    """The ledger on a clock that the test turns.

    Attributes:
        now: Unix seconds.
    """

    now = 0.0

    def _event(self) -> dict[str, Any]:
        return {**super()._event(), "at": self.now}


class Player:
    """Plays trials in slots, the one that is done first comes first."""

    def __init__(self, ledger: Clocked, made: Made) -> None:
        self.ledger, self.made, self.rng = ledger, made, np.random.default_rng(made.seed)
        self.space = config_of(made.overrides)[1]
        self.begun_at = ledger.now
        self.rungs: dict[int, list[float]] = {}
        self.records: dict[int, TrialRecord] = {}

    def play(self) -> None:
        free_at = [self.begun_at + 8.0 + slot for slot in range(self.made.slots)]  # Unix seconds, by slot.
        for number in range(self.made.trials):
            slot = int(np.argmin(free_at))
            self.ledger.now = free_at[slot] + float(self.rng.uniform(0.1, 0.6))
            self._trial(number, f"node-{slot // 4}", 4000 + slot)
            free_at[slot] = self.ledger.now
        self.ledger.now = max(free_at) + 3.0
        self._end()

    def _trial(self, number: int, node: str, pid: int) -> None:
        made, ledger = self.made, self.ledger
        ledger.study.ask()
        params = draw(self.space.dimensions, self.rng) if number else start_of(made.overrides)
        why = (
            "as TPE expects the most of it" if number else "the starting configuration: the values of the config itself"
        )
        record = self.records[number] = ledger.start(number, params, why)
        running = number >= made.trials - made.running
        luck = float(self.rng.uniform())
        attempt = Attempt(ledger.now, node=node, pid=pid)
        lost = number > 2 and luck > 0.97
        attempts = [attempt]
        if lost:
            ledger.now += 9.0
            attempt.end, attempt.until = "lost", ledger.now
            attempts.append(Attempt(ledger.now + 1.0, node=node, pid=pid))
            ledger.now += 1.0
        ledger.attempts(number, attempts)
        self._train(record, luck, running)

    def _train(self, record: TrialRecord, luck: float, running: bool) -> None:
        best, pace = _quality(record.params), float(self.rng.uniform(2.5, 5.0))
        spent = dict.fromkeys(SECONDS, 0.0)
        spent["load_s"] = float(self.rng.uniform(0.2, 0.5))
        self.ledger.now += spent["load_s"]
        last = max(1, int(self.made.points * self.rng.uniform(0.2, 0.9))) if running else self.made.points
        for point in range(1, last + 1):
            if record.number > 2 and luck < 0.06 and point == max(2, self.made.points // 3):
                return self._fail(record, luck, spent)
            rate = 1.0 - math.exp(-pace * point / self.made.points)
            value = 0.12 + (best - 0.12) * rate + float(self.rng.normal(0.0, 0.006))
            seconds = {"train_s": 2.0 * float(self.rng.uniform(0.8, 1.3)), "eval_s": 0.25, "wait_s": 0.02}
            for kind, took in seconds.items():
                spent[kind] += took
            self.ledger.now += sum(seconds.values())
            self._evaluate(record, point, value, seconds)
            if self.made.population and point == self.made.points // 2 and value < best - 0.05:
                self._take_over(record)
            if not running and not self.made.population and self._below(point, value):
                cut = f"rung {point} epochs: {value:.4g} is below the top third ({len(self.rungs[point])} trials)"
                return self._stop(record, Outcome(Cause.SCHEDULER, cut, _facts(spent)))
        if not running:
            spent["save_s"] = 0.3
            self.ledger.now += 0.3
            self._stop(record, Outcome(None, "", _facts(spent)))
        return None

    def _evaluate(self, record: TrialRecord, point: int, value: float, seconds: Mapping[str, float]) -> None:
        entry = {
            "step": STEPS * point,
            "epoch": float(point),
            "metrics": {"accuracy": value, "macro_f1": value - 0.02, "loss": 2.1 - 1.7 * value},
            "train_loss": 2.0 - 1.8 * value,
            "learning_rate": 1e-3 * (1 - point / (self.made.points + 1)),
            "samples_per_s": 16 * STEPS / seconds["train_s"],
            "latency_ms": LATENCY_MS[record.params["train.batch_size"]] + value,
            "peak_memory_mib": 660.0,
            "trainable_parameters": LAYERS,
            "total_parameters": LAYERS,
            "size_mib": 8.0,
            "micro_batch_size": record.params["train.batch_size"],
            "last": point == self.made.points,
            **seconds,
        }
        record.evaluations.append(self.ledger.evaluate(record.number, entry, value))
        record.curve[STEPS * point] = value
        record.value = max(record.curve.values())

    def _below(self, point: int, value: float) -> bool:
        """As successive halving has it, at two rungs."""
        if not self.made.stopping:
            return False
        if point not in (max(1, self.made.points // 5), max(2, self.made.points // 2)) or point == self.made.points:
            return False
        seen = self.rungs.setdefault(point, [])
        seen.append(value)
        return len(seen) >= 3 and value < float(np.quantile(seen, 2 / 3))

    def _take_over(self, record: TrialRecord) -> None:
        others = [other for other in self.records.values() if other.state is State.COMPLETE and other.value is not None]
        if not others:
            return
        source = max(others, key=lambda other: cast(float, other.value))
        params = {**record.params, "train.learning_rate": source.params["train.learning_rate"] * 1.2}
        taken = {"source": source.number, "steps": record.steps, "epochs": record.epochs, "params": params}
        why = f"among the worst: takes over from trial {source.number}"
        self.ledger.decide(record.number, Verdict.PAUSED, why, {"exploit": taken})
        self.ledger.decide(record.number, Verdict.ADVANCED, why, {})
        record.params = params

    def _fail(self, record: TrialRecord, luck: float, spent: Mapping[str, float]) -> None:
        cause, reason = (
            (Cause.OUT_OF_MEMORY, "out of memory with batches of 32, and of 1 piece of them")
            if luck < 0.02
            else (Cause.ERROR, "Traceback (most recent call last):\n  ...\nOSError: the disk is gone")
            if luck < 0.04
            else (Cause.DIVERGED, "the loss is not finite at step 80")
        )
        self._stop(record, Outcome(cause, reason, _facts(spent)))

    def _stop(self, record: TrialRecord, outcome: Outcome) -> None:
        self.ledger.end(record, outcome)

    def _end(self) -> None:
        ledger, made = self.ledger, self.made
        ledger.note("spent_s", ledger.now - self.begun_at)
        if made.running:
            return
        if made.confirmed:
            ledger.note("confirmation", confirmation_of(ledger, ledger.now, self.rng))
        ledger.note(
            "stopped", {"rule": "trials", "reason": f"all {made.trials} trials were begun", "trials": made.trials}
        )
        ledger.note("ended_at", ledger.now)
        ledger.note("left_because", "")
        ledger.note("status", "finished")


def _quality(params: Mapping[str, Any]) -> float:
    """The accuracy that a configuration comes to."""
    off = math.log10(params["train.learning_rate"]) - math.log10(2e-3)
    schedule = {"linear": 0.02, "cosine": 0.0, "constant": -0.03}[params["train.lr_schedule"]]
    return 0.8 - 0.22 * off**2 + schedule - 0.3 * abs(params.get("train.warmup_fraction", 0.1) - 0.1)


def _facts(spent: Mapping[str, float]) -> dict[str, Any]:
    sizes = {"trainable_parameters": LAYERS, "total_parameters": LAYERS, "size_mib": 8.0, "peak_memory_mib": 660.0}
    return {"device": "cpu", "precision": "fp32", **sizes, **spent}
