"""Writes a training's checkpoints, and takes over what one holds."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from models.training import checkpoint
from models.training.clock import Clock
from models.training.evaluator import Evaluator
from models.training.trainer import Loop


class CheckpointKeeper:
    """One training's checkpoints.

    Args:
        out_dir: The training's folder; None: none are written.
        fingerprint: Of the training until a step; a checkpoint of another one is refused.
        clock: Its seconds go on.
        evaluator: So do its measurements.
    """

    def __init__(
        self, out_dir: Path | None, fingerprint: Callable[[int], str], clock: Clock, evaluator: Evaluator
    ) -> None:
        self._out_dir, self._fingerprint, self._clock, self._evaluator = out_dir, fingerprint, clock, evaluator
        self._last: Path | None = None
        self._origin: str | None = None  # Of the checkpoint that was taken over, where one was.

    def save(self, loop: Loop) -> None:
        """Write a checkpoint now.

        Raises:
            OSError: The disk is full or not writable; older checkpoints stay.
        """
        if self._out_dir is None:
            return
        self._clock.stop_training()
        with self._clock.part("save"), checkpoint.new(self._out_dir, loop.state.global_step, self._last) as folder:
            loop.write_state(folder)
            fingerprint = self._fingerprint(loop.state.global_step)
            progress = {"fingerprint": fingerprint, "seconds": self._clock.total_s, checkpoint.ORIGIN: self._origin}
            progress |= {"loop": loop.progress(), "evaluator": self._evaluator.progress()}
            checkpoint.write_progress(folder, progress)
        self._last = checkpoint.path_of(self._out_dir, loop.state.global_step)
        self._clock.start_training()

    def restore(self, loop: Loop, found: Path) -> None:
        """Take over the measurements of a checkpoint; the loop itself reads the rest.

        Raises:
            InputError: It is of another training.
        """
        progress = checkpoint.read_progress(found, self._fingerprint(checkpoint.step_of(found)))
        self._origin = progress.get(checkpoint.ORIGIN)
        self._clock.go_on(progress["seconds"])
        loop.go_on(progress["loop"])
        self._evaluator.go_on(progress["evaluator"])
        self._last = found

    def remove(self) -> None:
        """Remove all of them: the training has ended, or begins anew."""
        if self._out_dir is not None:
            checkpoint.remove(self._out_dir)
