"""Vocabularies learned from the training texts, and a pretrained model that takes one on.

Shapes: O old tokens, V new tokens, D width.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import torch
from tokenizers import Tokenizer, models, pre_tokenizers, trainers
from torch import nn
from transformers import PreTrainedModel, PreTrainedTokenizerFast

from models.pretrained.byte_level import SPECIAL, alphabet, byte_level
from models.pretrained.surfaces import ROLES, shared_ids

MIN_FREQUENCY = 2  # A pair seen once says nothing about other texts.
# Where configurations name tokens that a decoder begins or ends with, and lists of tokens, which lose their meaning.
WRITTEN_IDS = ("decoder_start_token_id", "forced_bos_token_id", "forced_eos_token_id")
OLD_TOKENS = ("bad_words_ids", "suppress_tokens", "begin_suppress_tokens", "sequence_bias")


def learn_tokenizer(texts: Iterable[str], size: int, max_length: int) -> PreTrainedTokenizerFast:
    """Byte-level byte pair encoding learned from texts (Sennrich et al. 2016, arXiv:1508.07909; Radford et al. 2019).

    The same texts in any order give the same tokenizer. It knows every text of every language: what it has learned
    no token for is written in bytes.

    Args:
        texts: What to learn from; read once.
        size: Most tokens, the special ones and the 256 bytes included. Few texts give fewer.
        max_length: Longest input of the network, in tokens.

    Returns:
        The tokenizer; its special tokens are those of the tiny model.
    """
    learned = Tokenizer(models.BPE(unk_token="[UNK]"))
    learned.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    trainer = trainers.BpeTrainer(
        vocab_size=size,
        min_frequency=MIN_FREQUENCY,
        special_tokens=list(SPECIAL),
        initial_alphabet=alphabet(),
        show_progress=False,
    )
    learned.train_from_iterator(texts, trainer)
    return byte_level(learned.model, max_length)


def unknown_share(tokenizer: Any, texts: Iterable[str]) -> float:
    """Share of the texts' tokens, 0 to 1, that the tokenizer can only write as unknown.

    Args:
        tokenizer: A transformers tokenizer.
        texts: Texts to tokenize.
    """
    unknown, total = 0, 0
    for text in texts:
        ids = tokenizer(text, add_special_tokens=False, verbose=False)["input_ids"]
        unknown += ids.count(tokenizer.unk_token_id)
        total += len(ids)
    return unknown / total if total else 0.0


def adopt_vocabulary(model: PreTrainedModel, old_tokenizer: Any, new_tokenizer: Any, seed: int) -> None:
    """Give a model another vocabulary, in place; torch's global generator is left as it was.

    Tokens that both vocabularies have keep their vectors, special tokens by their role. The others are drawn from a
    normal distribution with the mean and standard deviation of the old vectors in each dimension (Hewitt 2021,
    "Initializing New Word Embeddings for Pretrained Language Models", in its diagonal form). So are the rows of an
    output layer that is not tied to the input, and biases of tokens.

    Args:
        model: With or without a language modelling head, on any device; on the meta device only shapes change.
        old_tokenizer: The model's own.
        new_tokenizer: The one it gets.
        seed: Of the vectors that are drawn.
    """
    kept = shared_ids(old_tokenizer, new_tokenizer)
    size = max(new_tokenizer.get_vocab().values()) + 1
    before = _rows_of_tokens(model)
    with torch.random.fork_rng(devices=[]):
        model.resize_token_embeddings(size, mean_resizing=False)
    generator = torch.Generator().manual_seed(seed)
    after = _rows_of_tokens(model)
    for name, old in before.items():
        _fill(after[name], old, kept, generator)
    _tell_special_tokens(model, old_tokenizer, new_tokenizer)


def _rows_of_tokens(model: PreTrainedModel) -> dict[str, torch.Tensor]:
    """What the model has of each token: word vectors, (V, D); an output layer of its own, (V, D); biases, (V,)."""
    words_vd = model.get_input_embeddings().weight
    head = model.get_output_embeddings()
    found = {"words": words_vd}
    if head is not None and head.weight is not words_vd:
        found["head"] = head.weight
    if getattr(head, "bias", None) is not None:
        found["bias"] = head.bias
    if isinstance(logits_1v := getattr(model, "final_logits_bias", None), torch.Tensor):  # Marian's and BART's.
        found["logits"] = logits_1v[0]
    return {name: rows.detach() for name, rows in found.items()}


def _fill(new: torch.Tensor, old: torch.Tensor, kept: dict[int, int], generator: torch.Generator) -> None:
    """Write the rows of a resized parameter, (V, D) or (V,): kept from the old one, (O, D) or (O,), else drawn."""
    if new.is_meta:
        return
    known = old.float().cpu()
    std, mean = torch.std_mean(known, dim=0, correction=0)
    rows = mean + std * torch.randn(new.shape, generator=generator)
    pairs = [(index, same) for index, same in kept.items() if same < len(known)]  # Added tokens may have no row.
    if pairs:
        to, source = zip(*pairs, strict=True)
        rows[list(to)] = known[list(source)]
    with torch.no_grad():
        new.copy_(rows)


def _tell_special_tokens(model: PreTrainedModel, old: Any, new: Any) -> None:
    """Tell the configurations and the padding-aware layers where the special tokens are now."""
    for config in (model.config.get_text_config(), getattr(model, "generation_config", None)):
        if config is None:
            continue
        for role in ("pad", "bos", "eos"):
            setattr(config, f"{role}_token_id", getattr(new, f"{role}_token_id"))
        for name in WRITTEN_IDS:
            if (index := getattr(config, name, None)) is not None:
                setattr(config, name, _same_role(index, old, new))
        for name in OLD_TOKENS:
            if getattr(config, name, None) is not None:
                setattr(config, name, None)
    embedding, pad = model.get_input_embeddings(), new.pad_token_id
    if embedding.padding_idx is not None:
        embedding.padding_idx = pad
    for module in model.modules():
        positions = getattr(module, "position_embeddings", None)
        if isinstance(positions, nn.Embedding) and hasattr(module, "padding_idx") and module.padding_idx != pad:
            _shift_positions(module, positions, pad)


def _same_role(index: int, old: Any, new: Any) -> int | None:
    """The new tokenizer's id for the role that this id has in the old one; None if it has none, as languages' codes."""
    ids = (getattr(new, f"{role}_token_id") for role in ROLES if getattr(old, f"{role}_token_id") == index)
    return next(ids, None)


def _shift_positions(module: Any, positions: nn.Embedding, pad: int) -> None:
    """RoBERTa counts positions from the padding id on: move its position vectors along, so that each keeps its own."""
    positions.padding_idx, steps = pad, pad - module.padding_idx
    module.padding_idx = pad
    if not positions.weight.is_meta:
        with torch.no_grad():
            positions.weight.copy_(positions.weight.roll(steps, dims=0))
