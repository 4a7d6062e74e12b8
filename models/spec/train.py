"""How the weights are trained: length, optimizer, schedule, regularization, precision."""

from __future__ import annotations

from dataclasses import dataclass

from models.spec.fields import opt

SCHEDULES = (
    "linear",
    "cosine",
    "cosine_with_restarts",
    "polynomial",
    "constant",
    "constant_with_warmup",
    "inverse_sqrt",
)


@dataclass(frozen=True)
class TrainParams:
    """The `train` group."""

    epochs: int = opt(3, "Passes over the training rows.", low=1)
    max_steps: int | None = opt(None, "Optimizer steps; when given, it replaces `epochs`.", low=1)
    eval_every_epochs: int = opt(1, "Epochs between evaluations.", low=1)
    eval_every_steps: int | None = opt(None, "Steps between evaluations; when given, it replaces the epochs.", low=1)
    batch_size: int = opt(16, "Rows in one forward and backward pass.", low=1)
    eval_batch_size: int = opt(64, "Rows in one forward pass of an evaluation.", low=1)
    gradient_accumulation_steps: int = opt(1, "Passes summed into one optimizer step.", low=1)
    learning_rate: float = opt(2e-5, "Peak learning rate.", above=0, high=1)
    lr_schedule: str = opt("linear", "Shape of the learning rate after warm-up.", choices=SCHEDULES)
    warmup_fraction: float = opt(0.06, "Share of all steps in which the learning rate rises from zero.", low=0, below=1)
    weight_decay: float = opt(0.01, "AdamW's decoupled weight decay.", low=0)
    adam_beta1: float = opt(0.9, "AdamW's decay of the first moment.", low=0, below=1)
    adam_beta2: float = opt(0.999, "AdamW's decay of the second moment.", low=0, below=1)
    adam_epsilon: float = opt(1e-8, "AdamW's term against division by zero.", above=0)
    label_smoothing: float = opt(0.0, "Share of the target spread over all classes.", low=0, below=1)
    max_grad_norm: float = opt(1.0, "Gradients are scaled down to this norm; 0: never.", low=0)
    class_weights: str = opt(
        "none",
        "Weights of the classes in the loss; balanced: inverse to their frequency.",
        choices=("none", "balanced"),
    )
    early_stopping_patience: int | None = opt(
        None, "Stop after so many evaluations in a row without improvement; null: never.", low=1
    )
    early_stopping_min_delta: float = opt(0.0, "Smallest change of the metric that counts as improvement.", low=0)
    token_deletion: float = opt(
        0.0,
        "Augmentation: share of the tokens of each training row that are left out, anew each epoch.",
        low=0,
        below=1,
    )
    token_swap: float = opt(
        0.0, "Augmentation: share of the tokens of each training row that change places.", low=0, below=1
    )
    mixup_alpha: float = opt(
        0.0,
        "Augmentation: embeddings and labels of two rows are mixed by a share from Beta(alpha, alpha); 0: never.",
        low=0,
    )
    length_bucketing: bool = opt(True, "Put rows of like length into one batch, so that little padding is computed.")
    precision: str = opt(
        "auto",
        "Arithmetic of the forward and backward pass; auto: bf16 where the hardware has it, fp16 on older GPUs.",
        choices=("auto", "bf16", "fp16", "fp32"),
    )
    checkpoint_every_steps: int | None = opt(
        None, "Steps between checkpoints, from which an interrupted training goes on; null: none are written.", low=1
    )
    seed: int = opt(42, "Seed of the head's weights, dropout and the order of rows.", low=0)
