"""Which pretrained model to start from, and what is put on top of it."""

from __future__ import annotations

from dataclasses import dataclass

from models.spec.fields import REQUIRED, opt


@dataclass(frozen=True)
class ModelSpec:
    """What every model has in common."""

    source: str = opt(REQUIRED, "Where the weights come from; set by the option of the `model` group.")
    name: str = opt(REQUIRED, "Short name in tables and records.")
    pooling: str = opt(
        "cls",
        "How token vectors become one text vector: the first token, or the mean over real tokens.",
        choices=("cls", "mean"),
    )
    dropout: float | None = opt(
        None, "Dropout in the encoder and before the head; null: as pretrained.", low=0, below=1
    )


@dataclass(frozen=True)
class EmbeddedModel(ModelSpec):
    """A model that a Python package carries; then the local hub cache, then the hub."""

    source: str = opt("embedded", "Where the weights come from.", choices=("embedded",))
    package: str = opt(REQUIRED, "Import name of the package; only its files are read, never its code.")
    folder: str = opt(REQUIRED, "Folder of the model inside the package.")
    id: str = opt(REQUIRED, "Hub id of the same model, for when the package is not installed.")
    revision: str | None = opt(None, "Branch, tag or commit on the hub.")
    sha256: str = opt(REQUIRED, "SHA-256 of model.safetensors; anything else is refused.")


@dataclass(frozen=True)
class HubModel(ModelSpec):
    """Any model of the Hugging Face hub, its local cache, or a local folder."""

    source: str = opt("hub", "Where the weights come from.", choices=("hub",))
    id: str = opt(REQUIRED, "Hub id, or path of a local folder.")
    revision: str | None = opt(None, "Branch, tag or commit; null: the default branch.")
    trust_remote_code: bool = opt(
        False, "Run Python code that the model's repository ships. Only for sources you trust."
    )


@dataclass(frozen=True)
class TinyModel(ModelSpec):
    """A small BERT with random weights and a byte-level vocabulary; needs no files. For tests and first tries."""

    source: str = opt("tiny", "Where the weights come from.", choices=("tiny",))
    name: str = opt("tiny", "Short name in tables and records.")
    hidden_size: int = opt(32, "Width of the encoder.", low=4)
    layers: int = opt(2, "Number of Transformer layers.", low=1)
    heads: int = opt(2, "Attention heads; must divide `hidden_size`.", low=1)
    init_seed: int = opt(0, "Seed of the random weights.", low=0)
