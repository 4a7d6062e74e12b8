"""Configurations of the small networks, as transformers keeps configurations: saved with the weights, read back."""

from __future__ import annotations

from dataclasses import field

from transformers import PreTrainedConfig


class NetworkConfig(PreTrainedConfig):  # type: ignore[misc]  # transformers ships no types
    """What the small networks have in common.

    Attributes:
        vocab_size: Tokens.
        embedding_size: Width of the word vectors.
        hidden_size: Width of the vectors that the network gives for the tokens.
        num_hidden_layers: Layers, one after the other.
        hidden_dropout_prob: Dropout after the word vectors and after each layer.
        initializer_range: Standard deviation of the first weights of what is put on top of the network.
        pad_token_id: Token that fills short rows.
    """

    vocab_size: int = 261
    embedding_size: int = 128
    hidden_size: int = 128
    num_hidden_layers: int = 1
    hidden_dropout_prob: float = 0.1
    initializer_range: float = 0.02
    pad_token_id: int | None = 0
    bos_token_id: int | None = None
    eos_token_id: int | None = None


class CnnConfig(NetworkConfig):
    """A text CNN. `hidden_size` is `filters` times the number of `kernel_sizes`.

    Attributes:
        kernel_sizes: Tokens that a filter sees, one group of filters for each.
        filters: Filters of each width.
    """

    model_type = "hpo-cnn"

    hidden_size: int = 300
    kernel_sizes: list[int] = field(default_factory=lambda: [3, 4, 5])
    filters: int = 100


class RnnConfig(NetworkConfig):
    """A bidirectional recurrent network; each direction gives half of `hidden_size`.

    Attributes:
        cell: `lstm` or `gru`.
    """

    model_type = "hpo-rnn"

    cell: str = "lstm"


class TransformerConfig(NetworkConfig):
    """A Transformer encoder; `embedding_size` is `hidden_size`.

    Attributes:
        num_attention_heads: Heads; they divide `hidden_size`.
        intermediate_size: Width inside the feed-forward networks.
        attention_probs_dropout_prob: Dropout on the weights of attention.
    """

    model_type = "hpo-transformer"

    num_hidden_layers: int = 2
    num_attention_heads: int = 4
    intermediate_size: int = 512
    attention_probs_dropout_prob: float = 0.1
