"""What a training reports while it runs, and what it returns."""

from __future__ import annotations

from dataclasses import dataclass

from models.tuning import ParameterCounts


@dataclass(frozen=True)
class Evaluation:
    """One evaluation on the validation rows, and the training since the one before.

    Attributes:
        step: Optimizer steps so far.
        epoch: Passes over the training rows so far; fractional inside a pass.
        metrics: The task's metrics by name (`accuracy`), on the validation rows.
        train_loss: Mean loss of the steps since the last evaluation, with smoothing and class weights.
        learning_rate: Of the last step.
        train_s: Seconds of training since the last report.
        eval_s: Seconds of this evaluation.
        samples_per_s: Training rows a second since the last report.
        peak_memory_mib: Highest memory use so far: of the GPU when training there, else of the process.
        micro_batch_size: Rows really computed at once; less than `batch_size` where those did not fit into memory.
        improved: Whether the chosen metric is better than ever before, by more than the smallest change that counts.
        best_value: Best value of the chosen metric so far.
        weights: Folder of the best weights so far; None when none are kept.
        last: Whether the training ends with this evaluation.
        stopped_early: Whether it does so because patience is at an end.
        trainable_parameters: Weights that the optimizer changes.
        total_parameters: All weights, the frozen and the added ones included.
        size_mib: Of the file of the best weights; None when none are kept.
        latency_ms: Of one prediction, measured once in a training; None where that was not asked for.
    """

    step: int
    epoch: float
    metrics: dict[str, float]
    train_loss: float
    learning_rate: float
    train_s: float
    eval_s: float
    samples_per_s: float
    peak_memory_mib: float
    micro_batch_size: int
    improved: bool
    best_value: float
    weights: str | None
    last: bool
    stopped_early: bool
    trainable_parameters: int | None = None  # None in checkpoints of older versions alone
    total_parameters: int | None = None
    size_mib: float | None = None
    latency_ms: float | None = None


@dataclass(frozen=True)
class Seconds:
    """Where the time of a training went.

    Attributes:
        load_s: Data, tokenizer, weights, set-up.
        train_s: Optimizer steps.
        eval_s: Evaluations.
        save_s: Writing the best weights.
    """

    load_s: float
    train_s: float
    eval_s: float
    save_s: float


@dataclass(frozen=True)
class TrainResult:
    """A finished training. The test rows were not touched.

    Attributes:
        best_value: Best value of the chosen metric.
        best_step: Optimizer step at which it was measured.
        best_epoch: The same as passes over the training rows.
        evaluations: Every evaluation, in order.
        stopped_early: Whether patience ended the training.
        device: `cpu`, or the GPU's name.
        precision: `bf16`, `fp16` or `fp32`: what was really used.
        parameters: How many weights trained, and how many there are.
        seconds: Where the time went.
        peak_memory_mib: Highest memory use.
        micro_batch_size: Rows computed at once at the end; less than `batch_size` where those did not fit into memory.
        weights: Folder of the best weights; None when no folder was given.
    """

    best_value: float
    best_step: int
    best_epoch: float
    evaluations: tuple[Evaluation, ...]
    stopped_early: bool
    device: str
    precision: str
    parameters: ParameterCounts
    seconds: Seconds
    peak_memory_mib: float
    micro_batch_size: int
    weights: str | None
