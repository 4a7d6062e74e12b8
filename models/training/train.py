"""One training, from its specification to its best weights."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import torch
from transformers import set_seed

from models.data import prepare
from models.errors import InputError
from models.spec import TrainSpec
from models.tasks import EvalSet, task_for
from models.training import checkpoint, precision
from models.training.arguments import training_arguments
from models.training.check import check_rows
from models.training.clock import Clock
from models.training.dropout import use_byte_dropout
from models.training.evaluator import Evaluator
from models.training.features import with_features
from models.training.keeper import CheckpointKeeper
from models.training.memory import give_back, peak_mib, reset_peak
from models.training.result import Evaluation, Seconds, TrainResult
from models.training.threads import pinned_threads
from models.training.trainer import Listeners, Loop
from models.training.vocabulary import keep_used_words
from models.tuning import count_parameters, tuning_for


def train(
    spec: TrainSpec,
    report: Callable[[Evaluation], None] | None = None,
    out_dir: Path | None = None,
    *,
    resume: bool = False,
) -> TrainResult:
    """Train a model, evaluate it on the validation rows, and keep the best weights.

    Args:
        spec: What to train, on what, how.
        report: Called after every evaluation; whatever it raises ends the training and comes out of here.
        out_dir: The best weights are kept in `out_dir/best`, checkpoints in `out_dir/checkpoints` until the training
            has ended; None: nowhere.
        resume: Go on from the newest checkpoint in `out_dir`, as if the training had not been interrupted; where there
            is none, begin.

    Returns:
        The best value, all evaluations, where the time went.

    Raises:
        InputError: The specification cannot work on this machine, or the checkpoint is of another training.
        TrainingDivergedError: A loss or metric became NaN or infinite.
    """
    try:
        with pinned_threads(spec.device.cpus):
            return _train(spec, report, out_dir, resume)
    finally:
        give_back()


def _train(
    spec: TrainSpec, report: Callable[[Evaluation], None] | None, out_dir: Path | None, resume: bool
) -> TrainResult:
    clock, params, device = Clock(), spec.train, _device(spec)
    used_precision = precision.choose(params.precision, gpu=spec.device.gpu)
    reset_peak(device)
    set_seed(params.seed)
    data = prepare(spec.data, spec.model, spec.cache_dir)
    if problems := check_rows(spec, data):
        raise InputError(problems)
    task, tuning = task_for(spec.data), tuning_for(spec.tuning)
    network = tuning.apply(task.build(spec.model, data, params.seed), spec.tuning)
    parameters = count_parameters(network)
    rows = EvalSet.of(data, "train").rows
    validation = EvalSet.of(data, "validation", spec.data.num_beams)
    rows, validation = with_features(network, spec, data, rows, validation, device)
    keep_used_words(network, (rows, validation.rows))
    if device.type == "cpu":
        use_byte_dropout(network)
    evaluator = Evaluator(spec, data, validation, clock, report, out_dir)
    keeper = CheckpointKeeper(out_dir, checkpoint.fingerprint(spec, data.fingerprint), clock, evaluator)
    loop = Loop(
        network,
        training_arguments(params, gpu=spec.device.gpu, precision=used_precision),
        spec,
        rows,
        data.tokenizers,
        task.criterion(rows, data.about, params),
        Listeners(clock.start_training, evaluator, keeper),
    )
    found = keeper.restore(loop) if resume else None
    loop.train(resume_from_checkpoint=None if found is None else str(found))
    clock.stop_training()
    best = evaluator.best
    keeper.remove()
    assert best.value is not None  # The last step of every training is evaluated.
    return TrainResult(
        best_value=best.value,
        best_step=best.step,
        best_epoch=best.epoch,
        evaluations=tuple(evaluator.evaluations),
        stopped_early=evaluator.stopped_early,
        device=torch.cuda.get_device_name(device) if device.type == "cuda" else "cpu",
        precision=used_precision,
        parameters=parameters,
        seconds=Seconds(clock.of("load"), clock.of("train"), clock.of("eval"), clock.of("save")),
        peak_memory_mib=peak_mib(device),
        weights=evaluator.weights,
    )


def _device(spec: TrainSpec) -> torch.device:
    if not spec.device.gpu:
        return torch.device("cpu")
    if not torch.cuda.is_available():
        raise InputError.one("device.gpu", "must be false where torch sees no CUDA device, got true")
    return torch.device("cuda", torch.cuda.current_device())
