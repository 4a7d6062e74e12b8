"""What may happen between two optimizer steps: a checkpoint, and leaving."""

from __future__ import annotations

import enum
from collections.abc import Callable

from models.errors import TrainingLeftError
from models.training.keeper import CheckpointKeeper
from models.training.trainer import Loop


class Wish(enum.Enum):
    """What whoever called the training wants of it."""

    GO_ON = "go on"
    SAVE = "write a checkpoint, and go on"
    LEAVE = "write a checkpoint, and leave"


class Rest:
    """Asks what is wanted, and does it.

    Args:
        keeper: Writes the checkpoints.
        ask: Is given the number of optimizer steps made; None: nobody wants anything.
    """

    def __init__(self, keeper: CheckpointKeeper, ask: Callable[[int], Wish] | None) -> None:
        self._keeper, self._ask = keeper, ask

    def __call__(self, loop: Loop, checkpoint_due: bool) -> None:
        """Rest now.

        Raises:
            TrainingLeftError: Leaving is wanted; the checkpoint is written.
        """
        step = int(loop.state.global_step)
        wish = Wish.GO_ON if self._ask is None else self._ask(step)
        if checkpoint_due or wish is not Wish.GO_ON:
            self._keeper.save(loop)
        if wish is Wish.LEAVE:
            raise TrainingLeftError(step)
