"""A trained network with code that an exported folder carries: for heads that no class of transformers has."""

from __future__ import annotations

import inspect
import sys
from pathlib import Path
from typing import Any

from torch import nn

from models.export import modeling_head as head_file
from models.export.native import AUTO, describe
from models.network import Network
from models.networks.encoder import NetworkEncoder
from models.tasks.card import Card
from models.tasks.heads import HeadNetwork

CODE = "modeling_head.py"
CLASSES = {
    "AutoModelForSequenceClassification": head_file.HeadForSequenceClassification,
    "AutoModelForTokenClassification": head_file.HeadForTokenClassification,
    "AutoModelForQuestionAnswering": head_file.HeadForQuestionAnswering,
}
OWN = "models.networks."  # Where an encoder of our own imports its parts from.


def carried(network: HeadNetwork, card: Card, head: nn.Linear) -> Any:
    """The same network as a model of `modeling_head.py`, and what its folder needs to load it.

    Args:
        network: On the CPU.
        card: What it is for.
        head: Its last layer, on the scale of the answers.
    """
    encoder = network.config.to_dict()
    pooling = "none" if card.task in ("token_classification", "question_answering") else card.pooling
    config = head_file.HeadConfig(encoder=encoder, pooling=pooling, hidden_size=head.in_features)
    config = describe(config, card)
    auto = AUTO[card.task].__name__
    model_class = CLASSES[auto]
    stem = Path(CODE).stem
    config.auto_map = {"AutoConfig": f"{stem}.HeadConfig", auto: f"{stem}.{model_class.__name__}"}
    model: Any = _build(model_class, config, network)
    model.backbone.load_state_dict(network.backbone.state_dict())
    model.head.load_state_dict(head.state_dict())
    return model.eval()


def write_code(folder: Path, network: Network) -> None:
    """Put the code into an exported folder; of an encoder of our own, its source too."""
    source = inspect.getsource(head_file)
    if isinstance(network.backbone, NetworkEncoder):
        encoder = type(network.backbone)
        for module in _modules_of(encoder.__module__):
            (folder / f"{_flat(module)}.py").write_text(_relative(inspect.getsource(sys.modules[module])), "utf-8")
        line = f"from .{_flat(encoder.__module__)} import {encoder.__name__} as ENCODER"
        source = source.replace(_line_of(source, "ENCODER: Any = None"), f"{line}  # noqa: E402, N811")
    (folder / CODE).write_text(source, "utf-8")


def _build(model_class: Any, config: Any, network: Network) -> Any:
    """Our own encoders are known here, so that the file's placeholder is set for the time of building."""
    before = head_file.ENCODER
    head_file.ENCODER = type(network.backbone) if isinstance(network.backbone, NetworkEncoder) else None
    try:
        return model_class(config)
    finally:
        head_file.ENCODER = before


def _modules_of(module: str) -> list[str]:
    """The module and those of our networks that it imports, at any depth."""
    found, waiting = [], [module]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.append(name)
            lines = inspect.getsource(sys.modules[name]).splitlines()
            waiting += [line.split()[1] for line in lines if line.startswith(f"from {OWN}")]
    return found


def _flat(module: str) -> str:
    return f"networks_{module.removeprefix(OWN)}"


def _relative(source: str) -> str:
    """Imports of our networks turned into imports from the same folder."""
    return source.replace(f"from {OWN}", "from .networks_")


def _line_of(source: str, start: str) -> str:
    return next(line for line in source.splitlines() if line.startswith(start))
