"""Hugging Face's Trainer, with our batches, our loss, our evaluation, and no console output.

Trainer gives the loop, the optimizer, the schedules, mixed precision, accumulation and clipping.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import torch
from transformers import PrinterCallback, Trainer, TrainerCallback, TrainingArguments

from models.errors import TrainingDivergedError
from models.spec import TrainParams
from models.tasks import Criterion, Rows
from models.training.attention import training_attention
from models.training.bucketing import TrainBatches

GPU_STEPS_BETWEEN_LOSS_CHECKS = 20  # Reading a value from a GPU waits for it; from a CPU it costs nothing.


class Loop(Trainer):  # type: ignore[misc]  # transformers ships no types
    """The training loop.

    Args:
        model: Gives (B, K) logits.
        args: Trainer's arguments.
        params: Ours.
        rows: Training rows.
        criterion: Training loss.
        on_begin: Called when everything is set up, before the first step.
        on_evaluate: Called when an evaluation is due; returns whether to stop.
    """

    loss_is_scaled_for_ga = True  # The loss is divided by the weight of all rows of the optimizer step.

    def __init__(
        self,
        model: torch.nn.Module,
        args: TrainingArguments,
        params: TrainParams,
        rows: Rows,
        criterion: Criterion,
        on_begin: Callable[[], None],
        on_evaluate: Callable[[Loop], bool],
    ) -> None:
        super().__init__(model=model, args=args, callbacks=[_Calls(params, on_begin)])
        self.remove_callback(PrinterCallback)
        self._batches = TrainBatches(rows, params.batch_size, params.seed, bucketed=params.length_bucketing)
        self._criterion = criterion
        self._on_evaluate = on_evaluate
        self._loss_sum = torch.zeros((), device=args.device)
        self._loss_since_step = 0
        self.samples_seen = 0
        self.last_learning_rate = 0.0

    def mean_loss(self) -> float:
        """Mean training loss of the steps since the last call.

        Raises:
            TrainingDivergedError: It is NaN or infinite.
        """
        total = float(self._loss_sum.item())
        steps = int(self.state.global_step) - self._loss_since_step
        if not math.isfinite(total):
            raise TrainingDivergedError("the training loss", self.state.global_step)
        self._loss_sum.zero_()
        self._loss_since_step = self.state.global_step
        return total / max(steps, 1)

    # What Trainer calls.

    def get_train_dataloader(self) -> Any:
        """Our batches, as they are: there is one process, and `training_step` moves them to the device."""
        return self._batches

    def get_batch_samples(
        self, epoch_iterator: Iterator[Any], num_batches: int, device: torch.device
    ) -> tuple[list[Any], Any]:
        """The passes of one optimizer step, and their total weight, counted on the CPU."""
        passes = [batch for _, batch in zip(range(num_batches), epoch_iterator, strict=False)]
        self.samples_seen += sum(len(batch["labels"]) for batch in passes)
        return passes, sum(self._criterion.weight_of(batch) for batch in passes)

    def compute_loss(
        self, model: Any, inputs: dict[str, torch.Tensor], return_outputs: bool = False, num_items_in_batch: Any = None
    ) -> Any:
        """One pass's share of the optimizer step's mean loss."""
        labels_b = inputs.pop("labels")
        longest = inputs["input_ids"].shape[1]
        with training_attention(self.accelerator.mixed_precision, longest, gpu=labels_b.is_cuda):
            logits_bk = model(**inputs)
        loss = self._criterion.loss_sum(logits_bk, labels_b) / num_items_in_batch
        return (loss, logits_bk) if return_outputs else loss

    def training_step(self, model: Any, inputs: Any, num_items_in_batch: Any = None) -> torch.Tensor:
        """One pass; its loss is added up on the device."""
        loss: torch.Tensor = super().training_step(model, inputs, num_items_in_batch)
        self._loss_sum += loss
        on_cpu, step = loss.device.type == "cpu", self.state.global_step
        if (on_cpu or step % GPU_STEPS_BETWEEN_LOSS_CHECKS == 0) and not math.isfinite(self._loss_sum.item()):
            raise TrainingDivergedError("the training loss", step)
        return loss

    def evaluate(self, *args: Any, **kwargs: Any) -> dict[str, float]:
        """Hand over to `on_evaluate`."""
        self.control.should_evaluate = False
        if self._on_evaluate(self):
            self.control.should_training_stop = True
        return {}

    def log(self, logs: dict[str, float], start_time: float | None = None) -> None:
        """Nothing: evaluations are reported instead."""

    def floating_point_ops(self, inputs: Any) -> int:
        """Not counted."""
        return 0

    def _get_grad_norm(self, model: Any, grad_norm: Any = None) -> Any:
        """Only what clipping computed: without clipping, no norm is needed."""
        return grad_norm

    def _get_learning_rate(self) -> float:
        self.last_learning_rate = float(super()._get_learning_rate())
        return self.last_learning_rate


class _Calls(TrainerCallback):  # type: ignore[misc]  # transformers ships no types
    """Says when the training begins; asks for an evaluation every so many epochs or steps, and once at the end."""

    def __init__(self, params: TrainParams, on_begin: Callable[[], None]) -> None:
        self._params = params
        self._on_begin = on_begin
        self._last_step = 0

    def on_train_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        self._on_begin()

    def on_step_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        every = self._params.eval_every_steps
        due = every is not None and state.global_step % every == 0
        self._ask(state, control, due or state.global_step >= state.max_steps)

    def on_epoch_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        epochs_done = round(state.epoch)
        due = self._params.eval_every_steps is None and epochs_done % self._params.eval_every_epochs == 0
        self._ask(state, control, due)

    def _ask(self, state: Any, control: Any, due: bool) -> None:
        if due and state.global_step > self._last_step:
            self._last_step = state.global_step
            control.should_evaluate = True
