"""Which model to start from, and what is put on top of it."""

from __future__ import annotations

from dataclasses import dataclass

from models.spec.fields import REQUIRED, opt

POOLINGS = ("cls", "mean", "max", "last")
VOCABULARIES = ("pretrained", "learned", "bytes")


@dataclass(frozen=True)
class ModelSpec:
    """What every model has in common."""

    source: str = opt(REQUIRED, "Where the weights come from; set by the option of the `model` group.")
    name: str = opt(REQUIRED, "Short name in tables and records.")
    pooling: str = opt(
        "cls",
        "How token vectors become one text vector: the first token, the mean or maximum over real tokens, the last.",
        choices=POOLINGS,
    )
    dropout: float | None = opt(
        None, "Dropout in the encoder and before the head; null: as pretrained.", low=0, below=1
    )
    vocabulary: str = opt(
        "pretrained",
        "Tokens of the model: its own; byte pairs learned from the training texts; or bytes. The last two know every "
        "text of every language, and vectors of tokens that the model did not know begin at random.",
        choices=VOCABULARIES,
    )
    vocabulary_size: int = opt(8000, "Most tokens of a learned vocabulary.", low=300)


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
    vocabulary: str = opt("bytes", "Tokens of the model.", choices=("learned", "bytes"))
    hidden_size: int = opt(32, "Width of the encoder.", low=4)
    layers: int = opt(2, "Number of Transformer layers.", low=1)
    heads: int = opt(2, "Attention heads; must divide `hidden_size`.", low=1)
    init_seed: int = opt(0, "Seed of the random weights.", low=0)


@dataclass(frozen=True)
class ScratchModel(ModelSpec):
    """What every network trained from nothing has in common."""

    vocabulary: str = opt("learned", "Tokens of the model.", choices=("learned", "bytes"))
    hidden_size: int = opt(128, "Width of the network.", low=4)
    init_seed: int = opt(0, "Seed of the random weights.", low=0)


@dataclass(frozen=True)
class CnnModel(ScratchModel):
    """A text CNN: filters of several widths side by side (Kim 2014, arXiv:1408.5882). No pretraining."""

    source: str = opt("cnn", "Kind of network.", choices=("cnn",))
    name: str = opt("cnn", "Short name in tables and records.")
    pooling: str = opt("max", "How token vectors become one text vector.", choices=POOLINGS)
    kernel_sizes: list[int] = opt([3, 4, 5], "Tokens that a filter sees, one group of filters for each.")
    filters: int = opt(100, "Filters of each width.", low=1)


@dataclass(frozen=True)
class RnnModel(ScratchModel):
    """A bidirectional recurrent network. No pretraining."""

    source: str = opt(REQUIRED, "Kind of cell.", choices=("lstm", "gru"))
    name: str = opt(REQUIRED, "Short name in tables and records.")
    pooling: str = opt("max", "How token vectors become one text vector.", choices=POOLINGS)
    layers: int = opt(1, "Layers of cells.", low=1)


@dataclass(frozen=True)
class TransformerModel(ScratchModel):
    """A Transformer encoder with its self-attention written out (Vaswani et al. 2017, arXiv:1706.03762)."""

    source: str = opt("transformer", "Kind of network.", choices=("transformer",))
    name: str = opt("transformer", "Short name in tables and records.")
    pooling: str = opt("mean", "How token vectors become one text vector.", choices=POOLINGS)
    layers: int = opt(2, "Layers of attention and feed-forward network.", low=1)
    heads: int = opt(4, "Attention heads; must divide `hidden_size`.", low=1)


@dataclass(frozen=True)
class GptModel(ScratchModel):
    """A GPT-2 of any size with random weights, for language modelling from nothing."""

    source: str = opt("gpt", "Kind of network.", choices=("gpt",))
    name: str = opt("gpt", "Short name in tables and records.")
    pooling: str = opt("last", "How token vectors become one text vector.", choices=POOLINGS)
    layers: int = opt(4, "Layers of attention and feed-forward network.", low=1)
    heads: int = opt(4, "Attention heads; must divide `hidden_size`.", low=1)
    positions: int = opt(512, "Longest input in tokens.", low=4)


@dataclass(frozen=True)
class EncoderDecoderModel(ModelSpec):
    """Two encoder checkpoints as one sequence-to-sequence model (Rothe et al. 2020, arXiv:1907.12461).

    The decoder gets causal masks and new cross-attention. Each side keeps its own tokenizer.
    """

    source: str = opt("encoder_decoder", "Where the weights come from.", choices=("encoder_decoder",))
    name: str = opt("encoder_decoder", "Short name in tables and records.")
    vocabulary: str = opt("pretrained", "Each side says its own.", choices=("pretrained",))
    encoder: ModelSpec = opt(REQUIRED, "The side that reads.")
    decoder: ModelSpec = opt(REQUIRED, "The side that writes.")
