"""Hugging Face's Trainer, with our batches, our loss, our evaluation, and no console output.

Trainer gives the loop, the optimizer, the schedules, mixed precision, accumulation, clipping, and going on from a
checkpoint.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from transformers import PrinterCallback, Trainer, TrainingArguments
from transformers.trainer import TRAINER_STATE_NAME

from models.errors import TrainingDivergedError
from models.spec import TrainSpec
from models.tasks import Criterion, Rows
from models.tasks.rows import inputs_of
from models.training import checkpoint
from models.training.attention import training_attention
from models.training.augment import Mixup
from models.training.batches import train_batches
from models.training.callbacks import Moments
from models.training.dials import Dials, paces_of
from models.training.optimizer import parameter_groups
from models.training.pieces import Pieces
from models.training.together import Together
from models.tuning import tuning_for

GPU_STEPS_BETWEEN_LOSS_CHECKS = 20  # Reading a value from a GPU waits for it; from a CPU it costs nothing.
MIXUP = 2  # Parts the stream of chance from those that order and augment the rows.


@dataclass(frozen=True)
class Listeners:
    """Whom the loop calls.

    Attributes:
        on_begin: When everything is set up, before the first step.
        on_evaluate: When an evaluation is due; returns whether to stop.
        on_rest: Between two steps, with whether a checkpoint is due.
        rests: Whether to rest after every step; else only when a checkpoint is due.
    """

    on_begin: Callable[[], None]
    on_evaluate: Callable[[Loop], bool]
    on_rest: Callable[[Loop, bool], None]
    rests: bool


class Loop(Trainer):  # type: ignore[misc]  # transformers ships no types
    """The training loop.

    Args:
        model: The network, as the tuning strategy left it.
        args: Trainer's arguments.
        spec: The training.
        rows: Training rows.
        tokenizers: What made them.
        criterion: Training loss.
        listeners: Whom to call.
        pieces: In how many each batch is computed.
        together: The place of this process among those that share the batches; None: it is the only one.
    """

    loss_is_scaled_for_ga = True  # The loss is divided by the weight of all rows of the optimizer step.

    def __init__(
        self,
        model: torch.nn.Module,
        args: TrainingArguments,
        spec: TrainSpec,
        rows: Rows,
        tokenizers: Any,
        criterion: Criterion,
        listeners: Listeners,
        pieces: Pieces,
        together: Together | None,
    ) -> None:
        self._spec, self._tuning, self.pieces, self._together = spec, tuning_for(spec.tuning), pieces, together
        self._moments = Moments(spec.train, listeners.on_begin, self._advance, rests=listeners.rests)
        super().__init__(model=model, args=args, callbacks=[self._moments])
        self.remove_callback(PrinterCallback)
        self._batches, self._order = train_batches(rows, spec.train, tokenizers)
        self._criterion, self._listeners = criterion, listeners
        alpha = spec.train.mixup_alpha
        self._mixup = Mixup(self.model.backbone.get_input_embeddings(), alpha) if alpha else None
        self._loss_sum = torch.zeros((), device=args.device)
        self._step_loss = torch.zeros((), device=args.device)
        self._loss_since_step = self._passes = 0
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

    def progress(self) -> dict[str, Any]:
        """The loop's own counts, for a checkpoint."""
        return {
            "passes": self._passes,
            "samples_seen": self.samples_seen,
            "loss_sum": float(self._loss_sum.item()),
            "loss_since_step": self._loss_since_step,
            "pieces": self.pieces.count,
        }

    def go_on(self, progress: dict[str, Any]) -> None:
        """Take over what `progress` gave."""
        self._passes, self.samples_seen = progress["passes"], progress["samples_seen"]
        self._loss_sum.fill_(progress["loss_sum"])
        self._loss_since_step = progress["loss_since_step"]
        self.pieces.at_least(progress["pieces"])

    def write_state(self, folder: Path) -> None:
        """Weights that train, optimizer, schedule, random states and place in the data."""
        trained = {id(parameter) for group in self.optimizer.param_groups for parameter in group["params"]}
        checkpoint.write_weights(folder, ((n, p) for n, p in self.model.named_parameters() if id(p) in trained))
        self._save_optimizer_and_scheduler(str(folder))
        self._save_scaler(str(folder))
        self._save_rng_state(str(folder))
        self.state.save_to_json(str(folder / TRAINER_STATE_NAME))

    # What Trainer calls.

    def get_train_dataloader(self) -> Any:
        """Our batches, as they are: there is one process, and `training_step` moves them to the device."""
        return self._batches

    def create_optimizer(self, model: Any = None) -> torch.optim.Optimizer:
        """AdamW over the parameters that train, each at the pace that the tuning strategy gives it."""
        kind, options = self.get_optimizer_cls_and_kwargs(self.args, self.model)
        decayed = frozenset(self.get_decay_parameter_names(self.model))
        scales = self._tuning.learning_rate_scales(self.model, self._spec.tuning)
        groups = parameter_groups(self.model, decayed, scales, self.args.weight_decay, self.args.learning_rate)
        self._dials = Dials(self._spec, paces_of(self.model, decayed, scales))
        optimizer: torch.optim.Optimizer = kind(groups, **options)
        self.optimizer = optimizer
        return optimizer

    def _run_epoch(self, **arguments: Any) -> None:
        self._order.epoch = arguments["epoch"]
        super()._run_epoch(**arguments)

    def get_batch_samples(
        self, epoch_iterator: Iterator[Any], num_batches: int, device: torch.device
    ) -> tuple[list[Any], Any]:
        """The passes of one optimizer step, and their total weight, counted on the CPU; the settings are as due."""
        self._dials.turn(self.state.global_step, self.optimizer, self.lr_scheduler, self.args)
        passes = [batch for _, batch in zip(range(num_batches), epoch_iterator, strict=False)]
        self.samples_seen += sum(len(batch["input_ids"]) for batch in passes)
        return passes, sum(self._criterion.weight_of(batch) for batch in passes)

    def compute_loss(
        self, model: Any, inputs: dict[str, torch.Tensor], return_outputs: bool = False, num_items_in_batch: Any = None
    ) -> Any:
        """One pass's share of the optimizer step's mean loss."""
        ids_bl = inputs["input_ids"]
        with training_attention(self.accelerator.mixed_precision, ids_bl.shape[1], gpu=ids_bl.is_cuda):
            outputs, loss = self._summed(model, inputs) if self._mixup is None else self._mixed(model, inputs)
        loss = loss / num_items_in_batch
        return (loss, outputs) if return_outputs else loss

    def _summed(self, model: Any, inputs: dict[str, torch.Tensor]) -> tuple[Any, torch.Tensor]:
        outputs = model(**inputs_of(inputs, self.model.reads))
        return outputs, self._criterion.loss_sum(outputs, inputs)

    def _mixed(self, model: Any, inputs: dict[str, torch.Tensor]) -> tuple[Any, torch.Tensor]:
        assert self._mixup is not None
        with self._mixup.mixing(inputs) as mixed:
            outputs = model(**inputs_of(mixed, self.model.reads))
        return outputs, self._mixup.loss(inputs, lambda batch: self._criterion.loss_sum(outputs, batch))

    def training_step(self, model: Any, inputs: Any, num_items_in_batch: Any = None) -> torch.Tensor:
        """One batch, or this process's share of it, a piece after another; at a step's last one, sum up."""
        seed = self._spec.train.seed
        if self._mixup is not None:
            inputs = self._mixup.paired(inputs, np.random.default_rng((seed, self._passes, MIXUP)))
        if self._together is not None:
            inputs = self._together.share_of(inputs)
            self._together.reseed(seed, self._passes)
        loss = torch.zeros((), device=self.args.device)
        for piece in self.pieces.of(inputs):
            loss += super().training_step(model, piece, num_items_in_batch)
        self._passes += 1
        self._step_loss += loss
        if self.accelerator.sync_gradients:
            self._sum_up()
        return loss

    def _sum_up(self) -> None:
        """All passes of an optimizer step are made; its loss is added up on the device."""
        if self._together is not None:
            self._together.add_up(self.model.parameters(), self._step_loss)
        self._loss_sum += self._step_loss
        self._step_loss.zero_()
        on_cpu, step = self._loss_sum.device.type == "cpu", self.state.global_step
        if (on_cpu or step % GPU_STEPS_BETWEEN_LOSS_CHECKS == 0) and not math.isfinite(self._loss_sum.item()):
            raise TrainingDivergedError("the training loss", step)

    def evaluate(self, *args: Any, **kwargs: Any) -> dict[str, float]:
        """Hand over to `on_evaluate`."""
        self.control.should_evaluate = False
        if self._listeners.on_evaluate(self):
            self.control.should_training_stop = True
        return {}

    def log(self, logs: dict[str, float], start_time: float | None = None) -> None:
        """Nothing: evaluations are reported instead."""

    def floating_point_ops(self, inputs: Any) -> int:
        """Not counted."""
        return 0

    def _save_checkpoint(self, model: Any, trial: Any) -> None:
        if not self.control.should_training_stop:  # Else nothing comes after this rest.
            due, self._moments.checkpoint_due = self._moments.checkpoint_due, False
            self._listeners.on_rest(self, due)

    def _load_from_checkpoint(self, resume_from_checkpoint: str, model: Any = None) -> None:
        checkpoint.read_weights(Path(resume_from_checkpoint), self.model)

    def _advance(self, epoch: float) -> None:
        self._tuning.advance(self.model, self._spec.tuning, epoch)

    def _get_grad_norm(self, model: Any, grad_norm: Any = None) -> Any:
        """Only what clipping computed: without clipping, no norm is needed."""
        return grad_norm

    def _get_learning_rate(self) -> float:
        self.last_learning_rate = float(super()._get_learning_rate())
        return self.last_learning_rate
