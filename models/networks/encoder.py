"""What every small network does: word vectors in, vectors of the tokens in their places out.

Shapes: B rows, L tokens, E width of the word vectors, H width of the result.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import nn
from transformers import PreTrainedModel, initialization
from transformers.modeling_outputs import BaseModelOutput

from models.networks.config import NetworkConfig


class NetworkEncoder(PreTrainedModel):  # type: ignore[misc]  # transformers ships no types
    """An encoder that stands wherever an encoder of transformers does.

    Subclasses fill `layers` and say in `encode` what is done with them; then they call `post_init`.

    Args:
        config: Sizes and dropout.

    Attributes:
        layers: The layers, one after the other.
    """

    config_class = NetworkConfig
    base_model_prefix = "network"
    main_input_name = "input_ids"

    def __init__(self, config: Any) -> None:
        super().__init__(config)
        self.word_embeddings: nn.Module = nn.Embedding(
            config.vocab_size, config.embedding_size, padding_idx=config.pad_token_id
        )
        self.dropout = nn.Dropout(config.hidden_dropout_prob)
        self.layers = nn.ModuleList()

    def get_input_embeddings(self) -> nn.Module:
        """The word vectors."""
        return self.word_embeddings

    def set_input_embeddings(self, value: nn.Module) -> None:
        """Replace the word vectors."""
        self.word_embeddings = value

    def encode(self, words_ble: torch.Tensor, real_bl: torch.Tensor) -> torch.Tensor:
        """What the network makes of word vectors.

        Args:
            words_ble: Word vectors.
            real_bl: True where a token stands, False where a row is filled up.

        Returns:
            (B, L, H). What stands at a real token does not depend on how the row is filled up.
        """
        raise NotImplementedError  # Abstract; torch's modules are no ABCs.

    def forward(
        self,
        input_ids: torch.Tensor | None = None,
        attention_mask: torch.Tensor | None = None,
        inputs_embeds: torch.Tensor | None = None,
        **ignored: Any,
    ) -> BaseModelOutput:
        """Vectors of the tokens.

        Args:
            input_ids: Token ids, (B, L).
            attention_mask: 1 for tokens, 0 for what fills the row up, (B, L); None: all are tokens.
            inputs_embeds: Word vectors in place of ids, (B, L, E).
            ignored: What other encoders take, such as `token_type_ids`.

        Returns:
            `last_hidden_state`: (B, L, H).
        """
        words_ble = self.word_embeddings(input_ids) if inputs_embeds is None else inputs_embeds
        if attention_mask is None:
            real_bl = torch.ones(words_ble.shape[:2], dtype=torch.bool, device=words_ble.device)
        else:
            real_bl = attention_mask.bool()
        return BaseModelOutput(last_hidden_state=self.encode(words_ble, real_bl))

    @torch.no_grad()
    def _init_weights(self, module: nn.Module) -> None:
        """First weights of one module, drawn so that activations keep their size from layer to layer.

        Xavier for linear layers and what enters a cell (Glorot and Bengio 2010), orthogonal for what a cell hands on
        (Saxe et al. 2014), He for filters under ReLU (He et al. 2015); word vectors of length about 1.
        """
        if isinstance(module, nn.Embedding):
            initialization.normal_(module.weight, std=module.embedding_dim**-0.5)
            if module.padding_idx is not None and not getattr(module.weight, "_is_hf_initialized", False):
                module.weight[module.padding_idx].zero_()
        elif isinstance(module, nn.Linear):
            initialization.xavier_uniform_(module.weight)
            initialization.zeros_(module.bias)
        elif isinstance(module, nn.Conv1d):
            initialization.kaiming_uniform_(module.weight, nonlinearity="relu")
            initialization.zeros_(module.bias)
        elif isinstance(module, nn.LayerNorm):
            initialization.ones_(module.weight)
            initialization.zeros_(module.bias)
        elif isinstance(module, nn.RNNBase):
            for name, parameter in module.named_parameters():
                if "bias" in name:
                    initialization.zeros_(parameter)
                elif "weight_hh" in name:
                    initialization.orthogonal_(parameter)
                else:
                    initialization.xavier_uniform_(parameter)
