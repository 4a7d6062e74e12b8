"""LoRA: low-rank updates of chosen linear layers (Hu et al. 2021, arXiv:2106.09685), through peft."""

from __future__ import annotations

from typing import Any, ClassVar, cast

import torch
from peft import LoraConfig, inject_adapter_in_model
from peft.tuners.lora import LoraLayer

from models.errors import InputError, Problem
from models.pretrained import encoder_from_config
from models.spec import LoraTuning, TuningSpec
from models.tuning.base import Tuning
from models.tuning.targets import attention_targets, linear_names, matching

ADAPTER = "default"


class Lora(Tuning):
    """The encoder is frozen but for low-rank updates; the head trains whole.

    The saved weights are whole, with the updates merged: prediction needs neither peft nor the base model.
    """

    name: ClassVar[str] = "lora"

    def apply(self, model: torch.nn.Module, spec: TuningSpec) -> torch.nn.Module:
        """Freeze the encoder and add adapters; their first matrix is random, the second zero."""
        lora = cast(LoraTuning, spec)
        encoder = cast(torch.nn.Module, model.encoder)
        problems = _target_problems(lora, encoder)
        if problems:
            raise InputError(problems)
        config = LoraConfig(
            r=lora.rank,
            lora_alpha=lora.alpha,
            lora_dropout=lora.dropout,
            target_modules=list(lora.targets or attention_targets(encoder)),
        )
        inject_adapter_in_model(config, encoder, adapter_name=ADAPTER)
        return model

    def deployable_state(self, model: torch.nn.Module) -> dict[str, torch.Tensor]:
        """The base weights with the updates added."""
        state = {
            name.replace(".base_layer.", "."): tensor
            for name, tensor in model.state_dict().items()
            if ".lora_" not in name
        }
        with torch.no_grad():
            for name, module in model.named_modules():
                if isinstance(module, LoraLayer):
                    weight = f"{name}.weight"
                    state[weight] = state[weight] + module.get_delta_weight(ADAPTER).to(state[weight].dtype)
        return state

    def check(self, spec: TuningSpec, config: Any) -> list[Problem]:
        """The layers to adapt must exist."""
        return _target_problems(cast(LoraTuning, spec), encoder_from_config(config, meta=True))


def _target_problems(lora: LoraTuning, encoder: torch.nn.Module) -> list[Problem]:
    names = linear_names(encoder)
    known = f"its linear layers: {', '.join(sorted({name.rsplit('.', 1)[-1] for name in names}))}"
    if lora.targets is None:
        if attention_targets(encoder):
            return []
        rule = f"no query and value layers are known for {type(encoder).__name__}; name the layers to adapt"
        return [Problem("tuning.targets", rule, known)]
    if not lora.targets:
        return [Problem("tuning.targets", "must name at least one layer, got an empty list", known)]
    return [
        Problem("tuning.targets", f"{target!r} matches no linear layer of {type(encoder).__name__}", known)
        for target in lora.targets
        if not matching(names, target)
    ]
