"""What the byte-level tokenizers have in common: special tokens, and how texts become bytes and back."""

from __future__ import annotations

from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors
from transformers import PreTrainedTokenizerFast

SPECIAL = ("[PAD]", "[CLS]", "[SEP]", "[UNK]", "[MASK]")  # Their ids are their places.


def alphabet() -> list[str]:
    """The 256 characters that stand for the bytes, in the order of their ids."""
    return sorted(pre_tokenizers.ByteLevel.alphabet())


def byte_level(model: models.BPE, max_length: int) -> PreTrainedTokenizerFast:
    """A tokenizer of bytes around the merges of `model`; decoding gives back every text, byte for byte.

    Args:
        model: Its vocabulary begins with `SPECIAL`, then the alphabet.
        max_length: Longest input of the network, in tokens.

    Returns:
        It writes `[CLS] text [SEP]`. [CLS] is the beginning of a sequence and [SEP] the end for generation too.
        A text that spells a special token is text: it never becomes that token.
    """
    tokenizer = Tokenizer(model)
    dress(tokenizer)
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        pad_token="[PAD]",
        cls_token="[CLS]",
        sep_token="[SEP]",
        bos_token="[CLS]",
        eos_token="[SEP]",
        unk_token="[UNK]",
        mask_token="[MASK]",
        model_max_length=max_length,
        model_input_names=["input_ids", "token_type_ids", "attention_mask"],
        clean_up_tokenization_spaces=False,
        split_special_tokens=True,
    )


def dress(tokenizer: Tokenizer) -> None:
    """Set what surrounds the model of the tokenizer, in place: bytes before it, special tokens after it."""
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[("[CLS]", SPECIAL.index("[CLS]")), ("[SEP]", SPECIAL.index("[SEP]"))],
    )
