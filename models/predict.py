"""Prediction with a trained model's folder."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch

from models.errors import InputError
from models.network import Network
from models.pretrained import Tokenizers
from models.spec.tuning import tuning_from
from models.tasks import TASKS, Card, saved
from models.tuning import tuning_for

FIRST_BATCH = 64


class Predictor:
    """A trained model, ready to predict.

    Args:
        network: In evaluation mode, on its device.
        tokenizers: Those that it was trained with.
        card: What the model is for.
    """

    def __init__(self, network: Network, tokenizers: Tokenizers, card: Card) -> None:
        self.network = network.eval()
        self.tokenizers = tokenizers
        self.card = card
        self._batch_size = FIRST_BATCH

    @classmethod
    def load(cls, folder: Path | str, *, gpu: bool = False, trust_remote_code: bool = False) -> Predictor:
        """Read a folder that training wrote (`TrainResult.weights`).

        Args:
            folder: The folder.
            gpu: Compute on the GPU.
            trust_remote_code: Run Python code that the folder's configuration names. Only for folders you trust.

        Raises:
            InputError: It is no such folder, or its weights do not fit its configuration.
        """
        read = saved.load(Path(folder), trust_remote_code=trust_remote_code)
        network = TASKS[read.card.task].rebuild(read.config, read.card, trust_remote_code=trust_remote_code)
        tuning = tuning_from(read.card.tuning)
        network = tuning_for(tuning).restore(network, tuning)
        try:
            network.load_state_dict(read.state)
        except RuntimeError as error:  # What torch raises for missing, surplus and misshapen weights.
            raise InputError.one(str(folder), f"the weights do not fit the configuration: {error}") from error
        return cls(network.to("cuda" if gpu else "cpu"), read.tokenizers, read.card)

    def predict(self, inputs: Sequence[Any], batch_size: int | None = None) -> list[dict[str, Any]]:
        """What the model says of each input.

        Args:
            inputs: A text each; a pair of texts where the model was trained on pairs; or a mapping with the keys of
                the task's rows, such as `question` and `context`. Of a multi-task model a mapping with `task`, the
                name of a part, beside the keys of the part's rows.
            batch_size: Inputs in one forward pass; None: as many as fit into memory, found by halving.

        Returns:
            One dict an input, in the inputs' order; its keys are the task's: see `Task.predict`.

        Raises:
            InputError: An input is not what the task reads.
        """
        if not inputs:
            return []
        task = TASKS[self.card.task]
        rows = task.input_rows(inputs, self.card)
        device = next(self.network.parameters()).device
        while True:
            size = batch_size or self._batch_size
            try:
                return task.predict(self.network, rows, self.tokenizers, self.card, size, device)
            except (torch.OutOfMemoryError, MemoryError):
                if batch_size is not None or self._batch_size == 1:
                    raise
                self._batch_size = max(1, self._batch_size // 2)
