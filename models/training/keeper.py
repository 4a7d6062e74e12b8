"""Writes a training's checkpoints and finds the one to go on from."""

from __future__ import annotations

from pathlib import Path

from models.training import checkpoint
from models.training.clock import Clock
from models.training.evaluator import Evaluator
from models.training.trainer import Loop


class CheckpointKeeper:
    """One training's checkpoints.

    Args:
        out_dir: The training's folder; None: none are written.
        fingerprint: Of the training; a checkpoint of another one is refused.
        clock: Its seconds go on.
        evaluator: So do its measurements.
    """

    def __init__(self, out_dir: Path | None, fingerprint: str, clock: Clock, evaluator: Evaluator) -> None:
        self._out_dir, self._fingerprint, self._clock, self._evaluator = out_dir, fingerprint, clock, evaluator

    def __call__(self, loop: Loop) -> None:
        """Write a checkpoint now."""
        if self._out_dir is None:
            return
        self._clock.stop_training()
        with self._clock.part("save"):
            writing = checkpoint.begin(self._out_dir, int(loop.state.global_step))
            loop.write_state(writing)
            progress = {"fingerprint": self._fingerprint, "seconds": self._clock.total_s}
            progress |= {"loop": loop.progress(), "evaluator": self._evaluator.progress()}
            checkpoint.write_progress(writing, progress)
            checkpoint.publish(writing)
        self._clock.start_training()

    def restore(self, loop: Loop) -> Path | None:
        """Take over the measurements of the newest checkpoint; the loop itself reads the rest from the path given back.

        Raises:
            InputError: It is of another training.
        """
        found = None if self._out_dir is None else checkpoint.newest(self._out_dir)
        if found is not None:
            progress = checkpoint.read_progress(found, self._fingerprint)
            self._clock.go_on(progress["seconds"])
            loop.go_on(progress["loop"])
            self._evaluator.go_on(progress["evaluator"])
        return found

    def remove(self) -> None:
        """The training has ended."""
        if self._out_dir is not None:
            checkpoint.remove(self._out_dir)
