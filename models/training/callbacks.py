"""The moments of a training at which something is due."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from transformers import TrainerCallback

from models.spec import TrainParams


class Moments(TrainerCallback):  # type: ignore[misc]  # transformers ships no types
    """Asks for an evaluation every so many epochs or steps and once at the end, and for a rest between two steps.

    A rest, at which checkpoints are written, comes after the evaluation of the same step, so that what goes on from a
    checkpoint does not evaluate twice. Trainer knows it as saving.

    Args:
        params: How often.
        on_begin: Called when the training begins.
        advance: Called when it begins and after every step, with the passes over the rows made so far.
        rests: Whether to rest after every step; else where a checkpoint is due.

    Attributes:
        checkpoint_due: Whether a checkpoint is to be written at the next rest.
    """

    def __init__(
        self, params: TrainParams, on_begin: Callable[[], None], advance: Callable[[float], None], *, rests: bool
    ) -> None:
        self._params, self._on_begin, self._advance, self._rests = params, on_begin, advance, rests
        self._last_step = 0
        self.checkpoint_due = False

    def on_train_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Everything is set up."""
        self._advance(float(state.epoch or 0.0))
        self._on_begin()

    def on_step_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """An optimizer step was made."""
        self._advance(float(state.epoch))
        every = self._params.eval_every_steps
        due = every is not None and state.global_step % every == 0
        self._ask(state, control, due or state.global_step >= state.max_steps)
        save_every = self._params.checkpoint_every_steps
        if save_every is not None and state.global_step % save_every == 0:
            self.checkpoint_due = True
        if state.epoch != round(state.epoch):
            self._rest(control)

    def on_epoch_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """A pass over the rows is at its end, or was broken off."""
        epochs_done = round(state.epoch)
        due = self._params.eval_every_steps is None and epochs_done % self._params.eval_every_epochs == 0
        self._ask(state, control, due)
        self._rest(control)

    def _ask(self, state: Any, control: Any, due: bool) -> None:
        if due and state.global_step > self._last_step:
            self._last_step = state.global_step
            control.should_evaluate = True

    def _rest(self, control: Any) -> None:
        control.should_save = self._rests or self.checkpoint_due
