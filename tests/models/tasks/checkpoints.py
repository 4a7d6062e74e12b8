"""Folders as the hub gives them: small sequence-to-sequence models of the known families, with random weights.

Each has the special tokens, the tokenizer and the settings of generation that its family really has.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers
from transformers import (
    AutoModelForSeq2SeqLM,
    BartConfig,
    GenerationConfig,
    MarianConfig,
    PreTrainedTokenizerFast,
    T5Config,
)

VOCABULARY = 320
# Special tokens in the order of their ids, and how each family writes a text.
SPECIAL = {
    "t5": (["<pad>", "</s>", "<unk>"], "$A </s>"),
    "bart": (["<s>", "<pad>", "</s>", "<unk>"], "<s> $A </s>"),
    "marian": (["</s>", "<unk>", "<pad>"], "$A </s>"),
}
SIDES: dict[str, Any] = {
    "d_model": 16,
    "encoder_layers": 2,
    "decoder_layers": 2,
    "encoder_attention_heads": 2,
    "decoder_attention_heads": 2,
    "encoder_ffn_dim": 32,
    "decoder_ffn_dim": 32,
    "dropout": 0.0,
    "init_std": 0.1,
}


def save_checkpoint(folder: Path, family: str, texts: Sequence[str], positions: int = 128) -> str:
    """Write a model and a tokenizer learned from `texts`.

    Args:
        folder: Where to.
        family: `t5`, `bart` or `marian`.
        texts: Both sides' texts.
        positions: Longest input and output in tokens, where the family has a limit.

    Returns:
        The folder.
    """
    tokenizer = _tokenizer(family, texts)
    config, generation = _config(family, tokenizer, positions)
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(0)
        model = AutoModelForSeq2SeqLM.from_config(config)
    model.generation_config = generation
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return str(folder)


def _tokenizer(family: str, texts: Sequence[str]) -> PreTrainedTokenizerFast:
    special, template = SPECIAL[family]
    backend = Tokenizer(models.BPE(unk_token="<unk>"))
    backend.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    backend.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY,
        special_tokens=special,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    backend.train_from_iterator(texts, trainer)
    ids = [(token, special.index(token)) for token in special]
    backend.post_processor = processors.TemplateProcessing(single=template, special_tokens=ids)
    begin = {"bos_token": "<s>", "cls_token": "<s>", "sep_token": "</s>"} if family == "bart" else {}
    return PreTrainedTokenizerFast(
        tokenizer_object=backend,
        eos_token="</s>",
        pad_token="<pad>",
        unk_token="<unk>",
        model_max_length=64,
        model_input_names=["input_ids", "attention_mask"],
        clean_up_tokenization_spaces=False,
        **begin,
    )


def _config(family: str, tokenizer: Any, positions: int) -> tuple[Any, GenerationConfig]:
    ids = {
        "vocab_size": len(tokenizer),
        "pad_token_id": tokenizer.pad_token_id,
        "eos_token_id": tokenizer.eos_token_id,
    }
    limit = {"max_position_embeddings": positions}
    start, pad, end = ids["pad_token_id"], ids["pad_token_id"], ids["eos_token_id"]
    if family == "t5":
        sizes = {"d_model": 16, "d_kv": 8, "d_ff": 32, "num_layers": 2, "num_heads": 2, "dropout_rate": 0.0}
        config = T5Config(**sizes, **ids, decoder_start_token_id=start)
        return config, GenerationConfig(decoder_start_token_id=start, pad_token_id=pad, eos_token_id=end)
    if family == "marian":
        config = MarianConfig(
            **SIDES, **ids, max_position_embeddings=positions, decoder_start_token_id=start, scale_embedding=True
        )
        return config, GenerationConfig(
            decoder_start_token_id=start,
            pad_token_id=pad,
            eos_token_id=end,
            forced_eos_token_id=end,
            bad_words_ids=[[pad]],
            num_beams=4,
            max_length=64,
        )
    config = BartConfig(**SIDES, **ids, **limit, bos_token_id=0, decoder_start_token_id=end, forced_eos_token_id=end)
    return config, GenerationConfig(
        decoder_start_token_id=end,
        bos_token_id=0,
        pad_token_id=pad,
        eos_token_id=end,
        forced_bos_token_id=0,
        forced_eos_token_id=end,
        no_repeat_ngram_size=3,
        num_beams=4,
        min_length=12,
        length_penalty=2.0,
        early_stopping=True,
        max_length=62,
    )
