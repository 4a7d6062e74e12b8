"""A warm start: the weights of another training in place of the pretrained ones."""

from __future__ import annotations

import logging
import os
import shutil
from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors.torch import load_file

from models.errors import InputError
from models.network import Network
from models.pretrained import Tokenizers
from models.spec import TuningSpec
from models.tasks import saved
from models.training.checkpoint import FOLDER
from models.tuning import tuning_for

KEPT = "start.safetensors"
WHERE = "start_from"
logger = logging.getLogger(__name__)


class WarmStart:
    """The weights to begin with.

    A checkpoint holds only what trains, so the start stays beside the checkpoints: a training that goes on needs its
    frozen weights too, and the folder they came from may be gone by then.

    Args:
        start_from: Folder of a trained model; None: begin with the pretrained weights.
        out_dir: The training's folder; None: nothing is kept.
        resume: The training goes on: what it kept counts, whatever `start_from` says.
        found: The checkpoint that it goes on from; None: it begins.

    Raises:
        InputError: The folder is not that of a trained model in full precision.
    """

    def __init__(self, start_from: Path | None, out_dir: Path | None, *, resume: bool, found: Path | None) -> None:
        self._kept = None if out_dir is None else out_dir / FOLDER / KEPT
        self._source, self._saved = None, None
        if resume and self._kept is not None and self._kept.is_file():
            self._source = self._kept
        elif found is None and start_from is not None:
            self._source, self._saved = start_from / saved.WEIGHTS, saved.load(start_from)
            if self._saved.card.quantized is not None:
                rule = f"must hold weights in full precision, but {start_from} is quantized"
                raise InputError.one(WHERE, rule, "take the folder that it was made of")

    def __bool__(self) -> bool:
        """Whether there is anything to begin with."""
        return self._source is not None

    def tune(self, network: Network, tokenizers: Tokenizers, tuning: TuningSpec) -> Network:
        """Apply the tuning strategy to the network with the weights in it, where there are any.

        Saved weights have the names from before `apply`, updates merged, so they are filled in before; what only the
        strategy adds and saves as it is (soft prompts, prefixes) is filled in after.

        Raises:
            InputError: The weights are of another architecture or vocabulary, or the strategy does not fit.
        """
        strategy = tuning_for(tuning)
        if self._source is None:
            return strategy.apply(network, tuning)
        self._check_vocabulary(tokenizers)
        state = load_file(self._source) if self._saved is None else self._saved.state
        before = fill(network, state)
        if not any(name.startswith("backbone.") for name in before):
            raise InputError.one(WHERE, f"must hold weights of this architecture, got {self._source.parent}")
        network = strategy.apply(network, tuning)
        added = fill(network, {name: value for name, value in state.items() if name not in before})
        if unused := state.keys() - before - added:
            logger.warning("weights that fit nowhere were left out of the start: %s", ", ".join(sorted(unused)))
        return network

    def keep(self) -> None:
        """Keep the weights beside the checkpoints until the training has ended: the same file where possible."""
        if self._source is None or self._kept is None or self._source == self._kept:
            return
        self._kept.parent.mkdir(parents=True, exist_ok=True)
        new = self._kept.with_name(f".{KEPT}-{os.getpid()}")
        try:
            os.link(self._source, new)
        except OSError:  # Another file system, or one without links.
            shutil.copyfile(self._source, new)
        new.replace(self._kept)

    def _check_vocabulary(self, tokenizers: Tokenizers) -> None:
        if self._saved is None:
            return  # It was checked when the training began.
        theirs = self._saved.tokenizers
        for own, other in ((tokenizers.source, theirs.source), (tokenizers.target, theirs.target)):
            if own.get_vocab() != other.get_vocab():
                raise InputError.one(WHERE, "must be of a training with the same vocabulary, got another one")


def fill(network: torch.nn.Module, state: Mapping[str, torch.Tensor]) -> set[str]:
    """Put the values into the weights of the same name and shape, in place. Returns the names of those."""
    own = network.state_dict()
    matching = {name for name, value in state.items() if name in own and own[name].shape == value.shape}
    with torch.no_grad():
        for name in matching:
            own[name].copy_(state[name])
    return matching
