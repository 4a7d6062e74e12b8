"""One attempt at a training, with batches in so many pieces: set up, then run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import torch
from transformers import set_seed

from models.data import PreparedData, prepare
from models.errors import InputError
from models.spec import TrainSpec
from models.tasks import EvalSet, Rows, task_for
from models.training import checkpoint, precision
from models.training.arguments import training_arguments
from models.training.check import check_rows
from models.training.clock import Clock
from models.training.dropout import use_byte_dropout
from models.training.evaluator import Evaluator
from models.training.features import with_features
from models.training.gpu import take_share
from models.training.keeper import CheckpointKeeper
from models.training.memory import device_name, peak_mib, reset_peak
from models.training.pieces import Pieces
from models.training.rest import Rest, Wish
from models.training.result import Evaluation, Seconds, TrainResult
from models.training.together import Together
from models.training.trainer import Listeners, Loop
from models.training.vocabulary import keep_used_words
from models.training.warm import WarmStart
from models.tuning import ParameterCounts, count_parameters

# Of a process that is not the first of those that train together: it makes the steps, and nothing else.
SILENT = Listeners(lambda: None, lambda loop: False, lambda loop, due: None, rests=False)


@dataclass(frozen=True)
class Request:
    """What `train` was asked for; see there.

    Attributes:
        found: The checkpoint to go on from; None: begin.
        begin: Told the number of weights; whatever it raises ends the training.
        measure_latency: Whether to measure how long a prediction takes.
    """

    spec: TrainSpec
    report: Callable[[Evaluation], None] | None
    out_dir: Path | None
    ask: Callable[[int], Wish] | None
    start_from: Path | None
    resume: bool
    found: Path | None = None
    begin: Callable[[ParameterCounts], None] | None = None
    measure_latency: bool = False


@dataclass(frozen=True)
class Attempt:
    """A training that is set up."""

    request: Request
    loop: Loop
    evaluator: Evaluator
    keeper: CheckpointKeeper
    clock: Clock
    start: WarmStart
    parameters: ParameterCounts

    def run(self) -> TrainResult:
        """Train to the end.

        Raises:
            InputError: The checkpoint is of another training.
        """
        if not self.request.resume:
            self.keeper.remove()  # What another training left.
        self.start.keep()
        self.follow()
        self.clock.stop_training()
        self.keeper.remove()
        return self._result()

    def follow(self) -> None:
        """Make the steps, and nothing else."""
        found = self.request.found
        if found is not None:
            self.keeper.restore(self.loop, found)
        self.loop.train(resume_from_checkpoint=None if found is None else str(found))

    def _result(self) -> TrainResult:
        best, clock, device, spec = self.evaluator.best, self.clock, self.loop.args.device, self.request.spec
        assert best.value is not None  # The last step of every training is evaluated.
        return TrainResult(
            best_value=best.value,
            best_step=best.step,
            best_epoch=best.epoch,
            evaluations=tuple(self.evaluator.evaluations),
            stopped_early=self.evaluator.stopped_early,
            device=device_name(device),
            precision=precision.choose(spec.train.precision, gpu=spec.device.gpu),
            parameters=self.parameters,
            seconds=Seconds(clock.of("load"), clock.of("train"), clock.of("eval"), clock.of("save")),
            peak_memory_mib=peak_mib(device),
            micro_batch_size=self.loop.pieces.rows,
            weights=self.evaluator.weights,
        )


def set_up(request: Request, pieces: Pieces, together: Together | None) -> Attempt:
    """Everything until the first step.

    Args:
        request: What is wanted.
        pieces: In how many each batch is computed.
        together: The place of this process among those that train together; None: it is the only one.

    Raises:
        InputError: The specification cannot work on this machine.
    """
    clock, spec, params, device = Clock(), request.spec, request.spec.train, device_of(request.spec)
    used_precision = precision.choose(params.precision, gpu=spec.device.gpu)
    if device.type == "cuda":
        take_share(device, spec.device.gpu_fraction)
    reset_peak(device)
    set_seed(params.seed)
    data = prepare(spec.data, spec.model, spec.cache_dir)
    if problems := check_rows(spec, data):
        raise InputError(problems)
    start = WarmStart(request.start_from, request.out_dir, resume=request.resume, found=request.found)
    task = task_for(spec.data)
    network = start.tune(task.build(spec.model, data, params.seed), data.tokenizers, spec.tuning)
    parameters = count_parameters(network)
    if request.begin is not None:
        request.begin(parameters)
    rows, validation = _rows(spec, data)
    rows, validation = with_features(network, spec, data, rows, validation, device, known_weights=not start)
    keep_used_words(network, (rows, validation.rows))
    if device.type == "cpu":
        use_byte_dropout(network)
    evaluator = Evaluator(
        spec,
        data,
        validation,
        clock,
        request.report,
        request.out_dir,
        parameters,
        measure_latency=request.measure_latency,
    )
    fingerprint = partial(checkpoint.fingerprint, spec, data.fingerprint)
    keeper = CheckpointKeeper(request.out_dir, fingerprint, clock, evaluator)
    listeners = Listeners(clock.start_training, evaluator, Rest(keeper, request.ask), rests=request.ask is not None)
    loop = Loop(
        network,
        training_arguments(params, gpu=spec.device.gpu, precision=used_precision),
        spec,
        rows,
        data.tokenizers,
        task.criterion(rows, data.about, params),
        listeners if together is None or together.rank == 0 else SILENT,
        pieces,
        together,
    )
    return Attempt(request, loop, evaluator, keeper, clock, start, parameters)


def device_of(spec: TrainSpec) -> torch.device:
    """The device that the training is on.

    Raises:
        InputError: A GPU is asked for, and torch sees none.
    """
    if not spec.device.gpu:
        return torch.device("cpu")
    if not torch.cuda.is_available():
        raise InputError.one("device.gpu", "must be false where torch sees no CUDA device, got true")
    return torch.device("cuda", torch.cuda.current_device())


def _rows(spec: TrainSpec, data: PreparedData) -> tuple[Rows, EvalSet]:
    return EvalSet.of(data, "train").rows, EvalSet.of(data, "validation", spec.data.num_beams)
