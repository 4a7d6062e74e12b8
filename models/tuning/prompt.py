"""Trained vectors before the input (Lester et al. 2021, arXiv:2104.08691)."""

from __future__ import annotations

import inspect
from typing import Any, ClassVar, cast

import torch
from torch import nn

from models.errors import InputError, Problem
from models.network import Network
from models.spec import PromptTuning, TuningSpec
from models.tuning.base import Tuning
from models.tuning.freeze import train_only
from models.tuning.virtual import IGNORED_LABEL, longer_mask, past_length

PLACE = "soft_prompt"
VECTORS = f"backbone.{PLACE}.vectors_ph"
CUT_OUTPUTS = ("last_hidden_state", "logits")


class SoftPrompt(nn.Module):
    """The vectors, and the hooks that put them before the input of a model and take their places from its output.

    Args:
        tokens: How many vectors.
        embedding: Table of the model's input vectors; some of its rows, drawn at random, are the first values.
    """

    def __init__(self, tokens: int, embedding: nn.Embedding) -> None:
        super().__init__()
        table_vh = embedding.weight.detach()
        drawn_p = torch.randint(table_vh.shape[0], (tokens,)).to(table_vh.device)
        self.vectors_ph = nn.Parameter(table_vh[drawn_p].clone())

    def before_forward(self, model: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
        """Embed the tokens and put the vectors first; in later steps of a generation they are in the cache already."""
        call = dict(kwargs)
        if args:
            call["input_ids"], *rest = args
            if rest:
                raise TypeError(f"{type(model).__name__} with a soft prompt takes its arguments by name")
        tokens = self.vectors_ph.shape[0]
        position_ids = call.get("position_ids")
        call["attention_mask"] = longer_mask(call.get("attention_mask"), tokens)
        if past_length(call.get("past_key_values")):
            if position_ids is not None:
                call["position_ids"] = position_ids + tokens
            return (), call
        input_ids, given_blh = call.pop("input_ids", None), call.get("inputs_embeds")
        if given_blh is None:
            # Marian scales what it embeds itself, and takes vectors as they are.
            given_blh = model.get_input_embeddings()(input_ids) * getattr(model, "embed_scale", 1.0)
        prompt_bph = self.vectors_ph.to(given_blh.dtype).expand(given_blh.shape[0], -1, -1)
        call["inputs_embeds"] = torch.cat([prompt_bph, given_blh], dim=1)
        if position_ids is not None:
            before_bp = torch.arange(tokens, device=position_ids.device).expand(position_ids.shape[0], -1)
            call["position_ids"] = torch.cat([before_bp, position_ids + tokens], dim=1)
        for name, value in (("token_type_ids", 0), ("labels", IGNORED_LABEL)):
            if call.get(name) is not None:
                call[name] = nn.functional.pad(call[name], (tokens, 0), value=value)
        return (), call

    def after_forward(self, model: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any], output: Any) -> Any:
        """Leave the real tokens in the output, so that poolings and heads see no others."""
        if kwargs.get("inputs_embeds") is None:
            return output
        real = kwargs["inputs_embeds"].shape[1] - self.vectors_ph.shape[0]
        for name in CUT_OUTPUTS:
            if output.get(name) is not None:
                output[name] = output[name][:, -real:]
        if output.get("hidden_states") is not None:
            output["hidden_states"] = tuple(hidden_blh[:, -real:] for hidden_blh in output["hidden_states"])
        return output

    def before_decoder(self, decoder: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
        """Let cross-attention see the vectors' places in the encoder's output."""
        mask, hidden_blh = kwargs.get("encoder_attention_mask"), kwargs.get("encoder_hidden_states")
        if mask is None or hidden_blh is None or mask.shape[-1] == hidden_blh.shape[1]:
            return args, kwargs
        return args, {**kwargs, "encoder_attention_mask": longer_mask(mask, self.vectors_ph.shape[0])}


class Prompt(Tuning):
    """The model is frozen; the vectors and what is new train.

    In a sequence-to-sequence model the vectors stand before the encoder's input. They are part of the saved weights.
    They take places: the longest input is shorter by their number where a model knows a fixed number of positions.
    """

    name: ClassVar[str] = "prompt"

    def apply(self, network: Network, spec: TuningSpec) -> Network:
        """Freeze the model and add the vectors, which begin as those of random tokens.

        Raises:
            InputError: The model takes no vectors in place of tokens.
        """
        problems = self.check(spec, network)
        if problems:
            raise InputError(problems)
        trained = {*network.new_parameters(), VECTORS}
        train_only(self.restore(network, spec), trained)
        return network

    def restore(self, network: Network, spec: TuningSpec) -> Network:
        """Put the vectors in; their values are loaded afterwards."""
        backbone: Any = network.backbone
        reader = _reader(backbone)
        prompt = SoftPrompt(cast(PromptTuning, spec).tokens, reader.get_input_embeddings())
        backbone.add_module(PLACE, prompt)
        reader.register_forward_pre_hook(prompt.before_forward, with_kwargs=True)
        if reader is backbone:
            network.places_taken = self.virtual_tokens(spec)
            reader.register_forward_hook(prompt.after_forward, with_kwargs=True)
        else:
            backbone.get_decoder().register_forward_pre_hook(prompt.before_decoder, with_kwargs=True)
        return network

    def virtual_tokens(self, spec: TuningSpec) -> int:
        """The vectors."""
        return cast(PromptTuning, spec).tokens

    def check(self, spec: TuningSpec, network: Network) -> list[Problem]:
        """The model must take vectors in place of tokens."""
        reader = _reader(network.backbone)
        if "inputs_embeds" in inspect.signature(reader.forward).parameters and hasattr(reader, "get_input_embeddings"):
            return []
        rule = f"prompt puts vectors before the input, but {type(reader).__name__} takes token ids alone"
        return [Problem("tuning.name", rule, "take lora, bitfit or full")]


def _reader(backbone: Any) -> Any:
    """What reads the input: the encoder of a sequence-to-sequence model, else the model."""
    return backbone.get_encoder() if getattr(backbone.config, "is_encoder_decoder", False) else backbone
