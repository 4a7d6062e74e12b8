"""The function that runs in a slot's process. The process is reused: what is imported here is imported once a slot."""

from __future__ import annotations

import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from ray import tune

from hpo.execution.job import MESSAGE, Evaluated, Finished, TrialJob
from hpo.ledger.record import Cause
from models.errors import TrainingDivergedError
from models.training import Evaluation, TrainResult, train


def run_trial(config: dict[str, Any]) -> None:
    """Train one configuration; report each evaluation, then the outcome.

    A training that diverges or does not fit into memory is an outcome, not an error: the process is sound and takes
    the next trial. Any other exception goes up to Ray, which ends the process.

    Args:
        config: `{"job": TrialJob}`.
    """
    job: TrialJob = config["job"]
    waiting = _Waiting()
    evaluations: list[Evaluation] = []

    def report(evaluation: Evaluation) -> None:
        evaluations.append(evaluation)
        waiting.report(Evaluated(asdict(evaluation) | {"wait_s": waiting.take()}))

    try:
        result = train(job.spec, report, Path(job.out_dir))
    except TrainingDivergedError as error:
        finished = _ended(Cause.DIVERGED, str(error), evaluations)
    except (torch.OutOfMemoryError, MemoryError) as error:
        finished = _ended(Cause.OUT_OF_MEMORY, str(error) or type(error).__name__, evaluations)
    else:
        finished = _completed(result)
    finished.facts["wait_s"] = waiting.total_s
    waiting.report(finished)


class _Waiting:
    """Reports to the driver and counts the seconds that the trial stood still for it."""

    def __init__(self) -> None:
        self.total_s = 0.0
        self._since_s = 0.0

    def report(self, message: Evaluated | Finished) -> None:
        begin = time.monotonic()
        tune.report({MESSAGE: message})
        self._since_s = time.monotonic() - begin
        self.total_s += self._since_s

    def take(self) -> float:
        seconds, self._since_s = self._since_s, 0.0
        return seconds


def _ended(cause: Cause, reason: str, evaluations: list[Evaluation]) -> Finished:
    facts = {"train_s": sum(e.train_s for e in evaluations), "eval_s": sum(e.eval_s for e in evaluations)}
    return Finished(cause.value, reason, facts)


def _completed(result: TrainResult) -> Finished:
    cause = Cause.EARLY_STOP.value if result.stopped_early else None
    reason = "no improvement for train.early_stopping_patience evaluations" if result.stopped_early else ""
    return Finished(cause, reason, _facts(result))


def _facts(result: TrainResult) -> dict[str, Any]:
    return {
        "device": result.device,
        "precision": result.precision,
        "peak_memory_mib": result.peak_memory_mib,
        "trainable_parameters": result.parameters.trainable,
        "total_parameters": result.parameters.total,
        **asdict(result.seconds),
    }
