"""From TrainParams to Hugging Face's TrainingArguments, everything that writes or prints switched off."""

from __future__ import annotations

import tempfile
from typing import Any

from transformers import TrainingArguments

from models.spec import TrainParams

# What transformers' schedules need besides length and warm-up.
SCHEDULE_OPTIONS: dict[str, dict[str, Any]] = {
    "cosine_with_restarts": {"num_cycles": 2},  # Its default of 1 is the plain cosine.
    "polynomial": {"power": 2.0, "lr_end": 0.0},  # Its default power of 1 is the linear schedule.
}


def training_arguments(params: TrainParams, *, gpu: bool, precision: str) -> TrainingArguments:
    """Arguments for Trainer. Evaluations, saving and stopping are the trainer's own: see `trainer.py`."""
    arguments = TrainingArguments(
        output_dir=tempfile.gettempdir(),  # Nothing is written there.
        num_train_epochs=params.epochs,
        max_steps=params.max_steps or -1,
        per_device_train_batch_size=params.batch_size,
        per_device_eval_batch_size=params.eval_batch_size,
        gradient_accumulation_steps=params.gradient_accumulation_steps,
        learning_rate=params.learning_rate,
        lr_scheduler_type=params.lr_schedule,
        lr_scheduler_kwargs=SCHEDULE_OPTIONS.get(params.lr_schedule, {}),
        warmup_steps=params.warmup_fraction,
        weight_decay=params.weight_decay,
        adam_beta1=params.adam_beta1,
        adam_beta2=params.adam_beta2,
        adam_epsilon=params.adam_epsilon,
        max_grad_norm=params.max_grad_norm,
        optim="adamw_torch_fused",
        bf16=precision == "bf16",
        fp16=precision == "fp16",
        use_cpu=not gpu,
        seed=params.seed,
        eval_strategy="no",
        save_strategy="no",
        logging_strategy="no",
        logging_nan_inf_filter=False,
        report_to=[],
        disable_tqdm=True,
        dataloader_num_workers=0,
        dataloader_pin_memory=False,
        remove_unused_columns=False,
        label_names=["labels"],
        skip_memory_metrics=True,
    )
    if gpu:
        assert arguments.device.type == "cuda"  # Finds the devices; only then may their number be set.
        arguments._n_gpu = 1  # Trainer would spread the batch over every GPU that it sees.
    return arguments
