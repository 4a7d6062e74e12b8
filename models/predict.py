"""Prediction with a trained model's folder."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch

from models.errors import InputError
from models.network import Network
from models.pretrained import Tokenizers
from models.quantize import make_room
from models.spec.tuning import tuning_from
from models.tasks import TASKS, Card, saved
from models.tasks.infer import Tokens
from models.tuning import tuning_for

# Tokens of a batch. On a Zen 2 core a MiniLM reads 94 rows of 12 tokens a second 8 at a time, 130 from 32 on, and no
# more with more; a GPU is idle with so few, and what does not fit into its memory is halved.
CPU_TOKENS, GPU_TOKENS = Tokens(2048), Tokens(65_536)
LEAST_TOKENS = Tokens(1)


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
        self._tokens = GPU_TOKENS if self.device.type == "cuda" else CPU_TOKENS

    @property
    def device(self) -> torch.device:
        """Where the network is."""
        return next(self.network.parameters()).device

    @classmethod
    def load(cls, folder: Path | str, *, gpu: bool = False, trust_remote_code: bool = False) -> Predictor:
        """Read a folder that training wrote (`TrainResult.weights`).

        Args:
            folder: The folder.
            gpu: Compute on the GPU.
            trust_remote_code: Run Python code that the folder's configuration names. Only for folders you trust.

        Raises:
            InputError: It is no such folder, its weights do not fit its configuration, or the GPU cannot be used.
        """
        if gpu and not torch.cuda.is_available():
            raise InputError.one("gpu", "torch sees no CUDA device here", "leave it out to compute on the CPU")
        read = saved.load(Path(folder), trust_remote_code=trust_remote_code)
        network = TASKS[read.card.task].rebuild(read.config, read.card, trust_remote_code=trust_remote_code)
        tuning = tuning_from(read.card.tuning)
        network = tuning_for(tuning).restore(network, tuning)
        if read.card.quantized is not None:
            if gpu:
                raise InputError.one("gpu", f"{folder} is quantized to {read.card.quantized}, which is for the CPU")
            make_room(network, read.state)
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
            batch_size: Inputs in one forward pass; None: by their tokens, and fewer when memory runs out.

        Returns:
            One dict an input, in the inputs' order; its keys are the task's: see `Task.predict`. Beyond the rounding
            of fp32, they do not depend on the batch size.

        Raises:
            InputError: An input is not what the task reads.
        """
        if not inputs:
            return []
        task, rows = TASKS[self.card.task], self.rows(inputs)
        while True:
            size = batch_size or self._tokens
            try:
                return task.predict(self.network, rows, self.tokenizers, self.card, size, self.device)
            except (torch.OutOfMemoryError, MemoryError):
                if batch_size is not None or self._tokens <= LEAST_TOKENS:
                    raise
                self._tokens = Tokens(self._tokens // 2)

    def rows(self, inputs: Sequence[Any]) -> list[dict[str, Any]]:
        """The task's rows of some inputs; nothing is computed.

        Raises:
            InputError: An input is not what the task reads; the problems' places are `inputs[0]` and so on.
        """
        return TASKS[self.card.task].input_rows(inputs, self.card)
