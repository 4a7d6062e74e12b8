"""The function that runs in a slot's process. The process is reused: what is imported here is imported once a slot."""

from __future__ import annotations

import os
import socket
import time
from dataclasses import asdict
from functools import partial
from typing import Any

import ray
from ray import tune

from hpo.execution.job import MESSAGE, SYSTEM, Evaluated, Finished, Left, Message, Placed, TrialJob
from hpo.execution.limits import InfeasibleError, check_limits
from hpo.execution.link import Link
from hpo.execution.usage import Usage
from hpo.execution.workplace import Workplace, workplace
from hpo.ledger.record import Cause
from models.errors import TrainingDivergedError, TrainingLeftError, TrainingOutOfMemoryError
from models.training import Evaluation, TrainResult, Wish, train


def run_trial(config: dict[str, Any]) -> None:
    """Train one configuration; report where, each evaluation, then the outcome.

    A training that diverges, breaks a limit or does not fit into memory is an outcome, not an error: the process is
    sound and takes the next trial. Any other exception goes up to Ray, which ends the process.

    Args:
        config: `{"job": TrialJob}`.
    """
    job: TrialJob = config["job"]
    waiting = _Waiting()
    waiting.report(_placed())
    with workplace(job) as place, Link(job, place.folder) as link:
        message = _train(job, place, link, waiting)
        place.finish(left=isinstance(message, Left), beat=link.sign)
    if isinstance(message, Finished):
        message.facts["wait_s"] = waiting.total_s
    waiting.report(message)
    if link.preempted:
        os._exit(0)  # The machine is about to go; Ray is not to send the next trial here.


def _train(job: TrialJob, place: Workplace, link: Link, waiting: _Waiting) -> Finished | Left:
    usage = Usage()
    start_from = place.prepare(link.sign)

    def report(evaluation: Evaluation) -> None:
        if evaluation.improved:
            place.improved(evaluation.step)
        more = {"wait_s": waiting.take(), SYSTEM: usage.read()}
        waiting.report(Evaluated(asdict(evaluation) | more))
        link.listen()  # A pause is at this very step: `ask` is called next, and a checkpoint written.

    def ask(step: int) -> Wish:
        place.step_made()
        return link.wish(step)

    try:
        result = train(
            job.spec,
            report,
            place.folder,
            resume=job.attempt > 0 or job.taking is not None,
            ask=ask,
            pieces=job.pieces,
            start_from=start_from,
            begin=partial(check_limits, job.limits),
            measure_latency=job.measure_latency,
        )
    except TrainingDivergedError as error:
        return Finished(Cause.DIVERGED.value, str(error), {})
    except TrainingOutOfMemoryError as error:
        return Finished(Cause.OUT_OF_MEMORY.value, str(error), {})
    except InfeasibleError as error:
        return Finished(Cause.INFEASIBLE.value, str(error), error.facts)
    except TrainingLeftError as error:
        return Left(error.step, link.preempted)
    return _completed(result)


class _Waiting:
    """Reports to the driver and counts the seconds that the trial stood still for it."""

    def __init__(self) -> None:
        self.total_s = 0.0
        self._since_s = 0.0

    def report(self, message: Message) -> None:
        begin = time.monotonic()
        tune.report({MESSAGE: message})
        self._since_s = time.monotonic() - begin
        self.total_s += self._since_s

    def take(self) -> float:
        seconds, self._since_s = self._since_s, 0.0
        return seconds


def _placed() -> Placed:
    node_id = ray.get_runtime_context().get_node_id()
    return Placed(f"{socket.gethostname()}/{node_id[:8]}", node_id, os.getpid())


def _completed(result: TrainResult) -> Finished:
    cause = Cause.EARLY_STOP.value if result.stopped_early else None
    reason = "no improvement for train.early_stopping_patience evaluations" if result.stopped_early else ""
    return Finished(cause, reason, _facts(result))


def _facts(result: TrainResult) -> dict[str, Any]:
    last = result.evaluations[-1]
    asked = {"size_mib": last.size_mib, "latency_ms": last.latency_ms}
    return {
        "device": result.device,
        "precision": result.precision,
        "micro_batch_size": result.micro_batch_size,
        "peak_memory_mib": result.peak_memory_mib,
        "trainable_parameters": result.parameters.trainable,
        "total_parameters": result.parameters.total,
        **asdict(result.seconds),
        **{name: value for name, value in asked.items() if value is not None},
    }
