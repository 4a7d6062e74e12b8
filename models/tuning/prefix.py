"""Trained keys and values in every layer (Li and Liang 2021, arXiv:2101.00190), without their reparametrization."""

from __future__ import annotations

import inspect
from typing import Any, ClassVar, cast

import torch
from torch import nn
from transformers import DynamicCache, EncoderDecoderCache
from transformers.models.auto.modeling_auto import MODEL_FOR_MASKED_LM_MAPPING_NAMES

from models.errors import InputError, Problem
from models.network import Network
from models.spec import PrefixTuning, TuningSpec
from models.tuning.base import Tuning
from models.tuning.freeze import train_only
from models.tuning.layers import layer_stacks
from models.tuning.virtual import longer_mask, past_length

PLACE = "prefix"
KEYS_VALUES = f"backbone.{PLACE}.keys_values_n2apd"
FIRST_STD = 0.02  # As transformers draws new weights: the prefix begins as a weak, even pull towards zero.


class Prefix(nn.Module):
    """The keys and values, and the hook that gives them to a model as its past.

    Args:
        layers: Layers of the model.
        heads: Heads of keys and values in each layer.
        tokens: Trained keys and values in each layer.
        head_size: Width of a head.
        crossed: The model attends to an encoder too, whose keys it keeps apart.
        bidirectional: The model's tokens see those after them.
    """

    def __init__(
        self, layers: int, heads: int, tokens: int, head_size: int, *, crossed: bool, bidirectional: bool
    ) -> None:
        super().__init__()
        self.keys_values_n2apd = nn.Parameter(FIRST_STD * torch.randn(layers, 2, heads, tokens, head_size))
        self.crossed = crossed
        self.bidirectional = bidirectional

    def before_forward(self, model: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
        """Fill an empty cache with the prefix; let the mask and the positions count it."""
        call = dict(kwargs)
        if args:
            call["input_ids"], *rest = args
            if rest:
                raise TypeError(f"{type(model).__name__} with a prefix takes its arguments by name")
        tokens = self.keys_values_n2apd.shape[3]
        values = call.get("inputs_embeds") if call.get("input_ids") is None else call["input_ids"]
        cache = call.get("past_key_values")
        if not past_length(cache):
            call["past_key_values"] = self._filled(cache, cast(torch.Tensor, values).shape[0], model.dtype)
        mask = longer_mask(call.get("attention_mask"), tokens)
        if self.bidirectional and mask is not None:
            # These models make their own mask as long as the input; one for each query and key is used as it is.
            seen_bk = mask.to(model.dtype)
            mask = ((1.0 - seen_bk) * torch.finfo(model.dtype).min)[:, None, None, :].expand(
                -1, 1, mask.shape[1] - tokens, -1
            )
        call["attention_mask"] = mask
        if call.get("position_ids") is not None:
            call["position_ids"] = call["position_ids"] + tokens
        return (), call

    def _filled(self, cache: Any, batch: int, dtype: torch.dtype) -> Any:
        if cache is None:
            cache = EncoderDecoderCache(DynamicCache(), DynamicCache()) if self.crossed else DynamicCache()
        own = cache.self_attention_cache if isinstance(cache, EncoderDecoderCache) else cache
        for layer, (keys_apd, values_apd) in enumerate(self.keys_values_n2apd.to(dtype)):
            own.update(keys_apd.expand(batch, -1, -1, -1), values_apd.expand(batch, -1, -1, -1), layer)
        return cache


class PrefixKeys(Tuning):
    """The model is frozen; the keys and values and what is new train. They are part of the saved weights.

    In a sequence-to-sequence model they stand before the decoder's own tokens.
    """

    name: ClassVar[str] = "prefix"

    def apply(self, network: Network, spec: TuningSpec) -> Network:
        """Freeze the model and add the keys and values, which begin near zero.

        Raises:
            InputError: The model takes no past keys and values.
        """
        problems = self.check(spec, network)
        if problems:
            raise InputError(problems)
        trained = {*network.new_parameters(), KEYS_VALUES}
        train_only(self.restore(network, spec), trained)
        return network

    def restore(self, network: Network, spec: TuningSpec) -> Network:
        """Put the keys and values in; their values are loaded afterwards."""
        backbone: Any = network.backbone
        writer = _writer(backbone)
        config = writer.config
        heads = getattr(config, "decoder_attention_heads", None) or config.num_attention_heads
        head_size = getattr(config, "head_dim", None) or getattr(config, "d_kv", None) or config.hidden_size // heads
        prefix = Prefix(
            len(layer_stacks(writer)[-1]),
            getattr(config, "num_key_value_heads", None) or heads,
            cast(PrefixTuning, spec).tokens,
            head_size,
            crossed=writer is not backbone,
            bidirectional=_bidirectional(writer),
        )
        backbone.add_module(PLACE, prefix.to(next(backbone.parameters()).device))
        network.places_taken = self.virtual_tokens(spec)
        writer.register_forward_pre_hook(prefix.before_forward, with_kwargs=True)
        return network

    def virtual_tokens(self, spec: TuningSpec) -> int:
        """The keys and values of one layer."""
        return cast(PrefixTuning, spec).tokens

    def check(self, spec: TuningSpec, network: Network) -> list[Problem]:
        """The model must take past keys and values."""
        writer = _writer(network.backbone)
        if "past_key_values" in inspect.signature(writer.forward).parameters:
            return []
        rule = f"prefix gives trained keys and values to attention, but {type(writer).__name__} takes none"
        return [Problem("tuning.name", rule, "take prompt, lora or bitfit")]


def _writer(backbone: Any) -> Any:
    """What has the past: the decoder of a sequence-to-sequence model, else the model."""
    return backbone.get_decoder() if getattr(backbone.config, "is_encoder_decoder", False) else backbone


def _bidirectional(model: Any) -> bool:
    config = model.config
    masked = config.model_type in MODEL_FOR_MASKED_LM_MAPPING_NAMES
    return masked and not getattr(config, "is_decoder", False) and not getattr(config, "is_encoder_decoder", False)
