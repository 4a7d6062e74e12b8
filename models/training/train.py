"""One training, from its specification to its best weights."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from models.errors import TrainingOutOfMemoryError
from models.spec import TrainSpec
from models.training.attempt import Attempt, Request, device_of, set_up
from models.training.checkpoint import newest
from models.training.follow import Followed, helpers_for
from models.training.helpers import Helpers
from models.training.memory import (
    OUT_OF_MEMORY,
    device_name,
    forget_frames,
    free_memory,
    give_back,
    is_out_of_memory,
)
from models.training.pieces import Pieces
from models.training.rest import Wish
from models.training.result import Evaluation, TrainResult
from models.training.threads import pinned_threads
from models.tuning import ParameterCounts

logger = logging.getLogger(__name__)


def train(
    spec: TrainSpec,
    report: Callable[[Evaluation], None] | None = None,
    out_dir: Path | None = None,
    *,
    resume: bool = False,
    ask: Callable[[int], Wish] | None = None,
    start_from: Path | None = None,
    pieces: int = 1,
    begin: Callable[[ParameterCounts], None] | None = None,
    measure_latency: bool = False,
) -> TrainResult:
    """Train a model, evaluate it on the validation rows, and keep the best weights.

    Where a batch does not fit into memory, it is computed in 2, 4, 8, … pieces whose gradients are summed, and the
    training goes on from its newest checkpoint, or from the beginning where there is none.

    Args:
        spec: What to train, on what, how. With `device.processes` above 1 each batch is shared by as many processes,
            on the CPU or on a GPU each; they are started here, and gone at the end.
        report: Called after every evaluation; whatever it raises ends the training and comes out of here. An
            evaluation that is measured again after memory ran out is not reported again.
        out_dir: The best weights are kept in `out_dir/best`, checkpoints in `out_dir/checkpoints` until the training
            has ended; None: nowhere.
        resume: Go on from the newest whole checkpoint in `out_dir`, as if the training had not been interrupted; where
            there is none, begin.
        ask: Called between every two steps, after the step's evaluation if one was due, with the optimizer steps made
            so far; says whether to write a checkpoint or leave. It is called often: it must be quick. Not called
            after the last step.
        start_from: Folder of weights that another training kept (`TrainResult.weights`): those of the same name and
            shape are the start, in place of the pretrained ones. A training that goes on keeps its own start.
        pieces: In how many a batch is computed at first; more than the rows of a batch is as many as these. For
            whoever knows that an earlier attempt was killed for its memory.
        begin: Called when the network is there, before its first step, with the number of its weights; whatever it
            raises ends the training and comes out of here.
        measure_latency: Measure how long one prediction takes, at the first evaluation (`Evaluation.latency_ms`).

    Returns:
        The best value, all evaluations, where the time went.

    Raises:
        InputError: The specification cannot work on this machine, the checkpoint is of another training, or
            `start_from` holds no weights for this network.
        TrainingDivergedError: A loss or metric became NaN or infinite.
        TrainingLeftError: `ask` wanted to leave.
        TrainingOutOfMemoryError: Not even one row at a time fits into memory.
        ProcessLostError: One of several processes has ended.
        OSError: The disk is full or not writable.
    """
    processes = spec.device.processes
    split = Pieces(-(-spec.train.batch_size // processes), pieces)
    once = None if report is None else Once(report)
    request = Request(spec, once, out_dir, ask, start_from, resume, begin=begin, measure_latency=measure_latency)
    try:
        with pinned_threads(spec.device.cpus // processes):
            while (result := _result_if_it_fits(request, split)) is None:
                free_memory()
                request = replace(request, resume=True)
            return result
    finally:
        give_back()


class Once:
    """Reports each step's evaluation once, though an attempt may measure again what one before it did."""

    def __init__(self, report: Callable[[Evaluation], None]) -> None:
        self._report = report
        self._last_step = 0

    def __call__(self, evaluation: Evaluation) -> None:
        """Report it, if its step is a new one."""
        if evaluation.step > self._last_step:
            self._last_step = evaluation.step
            self._report(evaluation)


def _result_if_it_fits(request: Request, pieces: Pieces) -> TrainResult | None:
    """One attempt; None: memory ran out, and there are more pieces now."""
    found = newest(request.out_dir) if request.resume and request.out_dir is not None else None
    request = replace(request, found=found)
    if request.spec.device.processes == 1:
        return _tried(request, pieces, None)
    device_of(request.spec)
    with helpers_for(request, pieces) as helpers:
        return _tried(request, pieces, helpers)


def _tried(request: Request, pieces: Pieces, helpers: Helpers[Followed] | None) -> TrainResult | None:
    attempt = _set_up(request, pieces, helpers)
    try:
        return attempt.run()
    except OUT_OF_MEMORY as error:
        if not is_out_of_memory(error):
            raise
        if pieces.rows == 1:
            batch = f"train.batch_size={request.spec.train.batch_size}"
            what = f"a training step with one row at a time ({batch} in {pieces.count} pieces)"
            raise _hopeless(what, request, error) from error
        pieces.more()
        logger.warning("memory ran out (%s); batches are now computed %d rows at a time", error, pieces.rows)
        return None


def _set_up(request: Request, pieces: Pieces, helpers: Helpers[Followed] | None) -> Attempt:
    try:
        attempt = set_up(request, pieces, None if helpers is None else helpers.together)
        if helpers is not None:
            helpers.meet(attempt.loop.args.device)
    except OUT_OF_MEMORY as error:
        if not is_out_of_memory(error):
            raise
        raise _hopeless("the model itself", request, error) from error
    return attempt


def _hopeless(what: str, request: Request, error: Exception) -> TrainingOutOfMemoryError:
    forget_frames(error)
    return TrainingOutOfMemoryError(what, device_name(device_of(request.spec)), str(error))
