"""A trained network as a model of transformers' own, where one computes the same.

Whether it does is found by computing: a class whose own layers would change the outputs gives others for the probe.
Shapes: B rows, L tokens, H hidden size, K outputs.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

import torch
from torch import nn
from transformers import (
    AutoModelForCausalLM,
    AutoModelForQuestionAnswering,
    AutoModelForSeq2SeqLM,
    AutoModelForSequenceClassification,
    AutoModelForTokenClassification,
    GenerationConfig,
)

from models.data.formats.pairs_to_generate import end_id_of
from models.pretrained import Tokenizers
from models.pretrained.quiet import quiet
from models.tasks.card import Card
from models.tasks.heads import HeadNetwork

TOLERANCE = 1e-5  # Of logits in fp32.
AUTO: dict[str, Any] = {
    "text_classification": AutoModelForSequenceClassification,
    "multi_label_classification": AutoModelForSequenceClassification,
    "regression": AutoModelForSequenceClassification,
    "token_classification": AutoModelForTokenClassification,
    "question_answering": AutoModelForQuestionAnswering,
    "translation": AutoModelForSeq2SeqLM,
    "summarization": AutoModelForSeq2SeqLM,
    "language_modeling": AutoModelForCausalLM,
}
GENERATING = ("translation", "summarization", "language_modeling")

Batch = Mapping[str, torch.Tensor]


def describe(config: Any, card: Card) -> Any:
    """The configuration, told the names of the outputs and what they are."""
    told = copy.deepcopy(config)
    labels = {"regression": ("value",), "question_answering": ("start", "end")}.get(card.task, card.labels)
    told.id2label = dict(enumerate(labels))
    told.label2id = {label: at for at, label in enumerate(labels)}
    if card.task in ("text_classification", "multi_label_classification", "regression"):
        single = {"text_classification": "single_label_classification"}
        told.problem_type = single.get(card.task, card.task)
    return told


def with_own_head(network: HeadNetwork, card: Card, head: nn.Linear, probe: Batch) -> Any | None:
    """The architecture's own class with these weights; None where it has none that computes the same.

    Args:
        network: In evaluation mode, on the CPU.
        card: What it is for.
        head: Its last layer, on the scale of the answers.
        probe: `input_ids` and `attention_mask` (B, L), some of it padding.
    """
    auto, config = AUTO[card.task], describe(network.config, card)
    if type(config) not in auto._model_mapping:
        return None
    with quiet(), torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(0)  # What is not filled below must show in the outputs.
        model: Any = auto.from_config(config, dtype=torch.float32).eval()
    inside = getattr(model, model.base_model_prefix, None)
    if inside is None or inside is model:
        return None
    filled = inside.load_state_dict(network.backbone.state_dict(), strict=False)
    own = {id(module) for module in inside.modules()}
    places = [
        module
        for module in model.modules()
        if id(module) not in own and type(module) is nn.Linear and module.weight.shape == head.weight.shape
    ]
    if filled.unexpected_keys or not places or places[-1].bias is None:
        return None
    places[-1].load_state_dict(head.state_dict())
    wanted = expected(network, head, probe)
    same = torch.allclose(outputs(model, probe), wanted, rtol=TOLERANCE, atol=TOLERANCE)
    return model if same else None


def whole(backbone: Any, card: Card, tokenizers: Tokenizers) -> Any:
    """A generating model as it is, with the settings by which it generates in prediction."""
    config: Any = copy.deepcopy(backbone.config)
    with quiet(), torch.random.fork_rng(devices=[]):
        model: Any = AUTO[card.task].from_config(config, dtype=torch.float32).eval()
    missing = model.load_state_dict(backbone.state_dict(), strict=False).missing_keys
    weights = model.state_dict()
    for name in missing:  # A pooling layer that nothing reads, which ours leaves out.
        weights[name].zero_()
    end = end_id_of(tokenizers.target)
    causal = card.task == "language_modeling"
    special = {} if causal else {"decoder_start_token_id": config.decoder_start_token_id}
    model.generation_config = GenerationConfig(
        max_new_tokens=card.data_spec.max_target_length,
        do_sample=False,
        num_beams=1 if causal else card.data_spec.num_beams,
        eos_token_id=end,
        pad_token_id=end if causal else config.pad_token_id,
        **special,
    )
    return model


def expected(network: HeadNetwork, head: nn.Linear, probe: Batch) -> torch.Tensor:
    """The network's outputs for the probe with another last layer; zero on padding where each token has some."""
    with torch.inference_mode():
        hidden_blh = network.backbone(**probe).last_hidden_state
        taken = network.head.taken(hidden_blh, probe["attention_mask"])
        return _real(head(taken).float(), probe)


def outputs(model: Any, probe: Batch) -> torch.Tensor:
    """The same of an exported model."""
    generating = bool(getattr(model.config, "is_encoder_decoder", False))
    more = {"decoder_input_ids": probe["input_ids"][:, :4]} if generating else {}
    with torch.inference_mode():
        found = model(**probe, **more)
    if "start_logits" in found:
        return _real(torch.stack([found.start_logits, found.end_logits], dim=-1).float(), probe)
    return found.logits.float() if generating else _real(found.logits.float(), probe)


def _real(logits: torch.Tensor, probe: Batch) -> torch.Tensor:
    return logits if logits.ndim == 2 else logits * probe["attention_mask"].unsqueeze(-1)
