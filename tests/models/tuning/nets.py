"""Small networks of every kind over real transformers models with random weights."""

from __future__ import annotations

import copy
from collections.abc import Callable
from functools import cache
from typing import Any

import torch
from torch import nn
from transformers import (
    AutoModel,
    AutoModelForCausalLM,
    AutoModelForSeq2SeqLM,
    BartConfig,
    BertConfig,
    DebertaV2Config,
    DistilBertConfig,
    EncoderDecoderModel,
    GPT2Config,
    LlamaConfig,
    MarianConfig,
    ModernBertConfig,
    RobertaConfig,
    T5Config,
)

from models.network import Network
from models.networks import CnnConfig, RnnConfig, TransformerConfig

VOCABULARY = 40
IDS = {"pad_token_id": 0, "bos_token_id": 1, "eos_token_id": 2}
SIZES = {
    "hidden_size": 16,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 24,
    "vocab_size": VOCABULARY,
    "max_position_embeddings": 64,
    **IDS,
}
STILL = {"hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0}
SIDES: dict[str, Any] = {
    "d_model": 16,
    "encoder_layers": 2,
    "decoder_layers": 2,
    "encoder_attention_heads": 2,
    "decoder_attention_heads": 2,
    "encoder_ffn_dim": 24,
    "decoder_ffn_dim": 24,
    "vocab_size": VOCABULARY,
    "max_position_embeddings": 64,
    "dropout": 0.0,
    "decoder_start_token_id": 1,
    "forced_eos_token_id": None,
    **IDS,
}


class Classifier(Network):
    """Mean of the real tokens' vectors under a linear head."""

    def __init__(self, backbone: nn.Module) -> None:
        super().__init__(backbone)
        self.head = nn.Linear(16, 3)

    def forward(self, **batch: torch.Tensor) -> torch.Tensor:
        hidden_blh = self.backbone(**batch).last_hidden_state
        mask_bl1 = batch["attention_mask"].unsqueeze(-1)
        assert hidden_blh.shape[1] == mask_bl1.shape[1]
        return self.head((hidden_blh * mask_bl1).sum(1) / mask_bl1.sum(1))


class Language(Network):
    """A causal language model as it is: nothing is new."""

    def forward(self, **batch: torch.Tensor) -> torch.Tensor:
        return self.backbone(**batch).logits


class Translator(Network):
    """A sequence-to-sequence model; the target is the source."""

    def forward(self, **batch: torch.Tensor) -> torch.Tensor:
        return self.backbone(**batch, decoder_input_ids=batch["input_ids"], use_cache=False).logits


class Joined(Translator):
    """Two encoders as one; the cross-attention between them is new."""

    def new_parameters(self) -> frozenset[str]:
        return frozenset(name for name, _ in self.named_parameters() if "crossattention" in name)


def _joined() -> nn.Module:
    # The encoder's pooler would never train: nothing reads it.
    encoder = AutoModel.from_config(BertConfig(**SIZES, **STILL), add_pooling_layer=False)
    decoder = AutoModelForCausalLM.from_config(BertConfig(**SIZES, **STILL, is_decoder=True, add_cross_attention=True))
    joined = EncoderDecoderModel(encoder=encoder, decoder=decoder)
    joined.config.update({"decoder_start_token_id": 1, **IDS})
    return joined


def _gpt2() -> GPT2Config:
    still = {"resid_pdrop": 0.0, "embd_pdrop": 0.0, "attn_pdrop": 0.0}
    return GPT2Config(n_embd=16, n_layer=2, n_head=2, n_positions=64, vocab_size=VOCABULARY, **still, **IDS)


def _t5() -> T5Config:
    return T5Config(
        d_model=16,
        d_kv=8,
        d_ff=24,
        num_layers=2,
        num_heads=2,
        vocab_size=VOCABULARY,
        dropout_rate=0.0,
        decoder_start_token_id=0,
        **IDS,
    )


def _encoder(config: Any) -> nn.Module:
    return AutoModel.from_config(config)


KINDS: dict[str, Callable[[], Network]] = {
    "bert": lambda: Classifier(AutoModel.from_config(BertConfig(**SIZES, **STILL), add_pooling_layer=False)),
    "roberta": lambda: Classifier(AutoModel.from_config(RobertaConfig(**SIZES, **STILL), add_pooling_layer=False)),
    "deberta": lambda: Classifier(_encoder(DebertaV2Config(**SIZES, **STILL, type_vocab_size=0))),
    "distilbert": lambda: Classifier(
        _encoder(
            DistilBertConfig(
                dim=16, n_layers=2, n_heads=2, hidden_dim=24, vocab_size=VOCABULARY, dropout=0.0, attention_dropout=0.0
            )
        )
    ),
    "modernbert": lambda: Classifier(_encoder(ModernBertConfig(**SIZES, cls_token_id=1, sep_token_id=2))),
    "own": lambda: Classifier(
        _encoder(
            TransformerConfig(
                embedding_size=16,
                hidden_size=16,
                num_hidden_layers=2,
                num_attention_heads=2,
                vocab_size=VOCABULARY,
                **STILL,
            )
        )
    ),
    "rnn": lambda: Classifier(
        _encoder(RnnConfig(embedding_size=8, hidden_size=16, num_hidden_layers=2, vocab_size=VOCABULARY))
    ),
    "cnn": lambda: Classifier(
        _encoder(CnnConfig(embedding_size=8, hidden_size=16, kernel_sizes=[2, 3], filters=8, vocab_size=VOCABULARY))
    ),
    "gpt2-classifier": lambda: Classifier(_encoder(_gpt2())),
    "gpt2": lambda: Language(AutoModelForCausalLM.from_config(_gpt2())),
    "llama": lambda: Language(
        AutoModelForCausalLM.from_config(LlamaConfig(**SIZES, num_key_value_heads=1, tie_word_embeddings=False))
    ),
    "t5": lambda: Translator(AutoModelForSeq2SeqLM.from_config(_t5())),
    "bart": lambda: Translator(AutoModelForSeq2SeqLM.from_config(BartConfig(**SIDES))),
    "marian": lambda: Translator(AutoModelForSeq2SeqLM.from_config(MarianConfig(**SIDES, scale_embedding=True))),
    "joined": lambda: Joined(_joined()),
}


@cache
def _built(kind: str, device: str) -> Network:
    with torch.random.fork_rng(devices=[]), torch.device(device):
        torch.manual_seed(0)
        made = KINDS[kind]()
        with torch.no_grad():
            for parameter in made.parameters():
                parameter.add_(0.1 * torch.randn(parameter.shape))
        return made.eval()


def network(kind: str, *, meta: bool = False) -> Network:
    """A network with the same random weights each time, large enough for outputs to differ; no dropout."""
    return copy.deepcopy(_built(kind, "meta" if meta else "cpu"))


def batch() -> dict[str, torch.Tensor]:
    """Three rows of 6 tokens, the last filled up with two."""
    ids_bl = torch.randint(3, VOCABULARY, (3, 6), generator=torch.Generator().manual_seed(1))
    mask_bl = torch.ones_like(ids_bl)
    mask_bl[2, 4:] = 0
    return {"input_ids": ids_bl, "attention_mask": mask_bl}


def outputs(made: Network) -> torch.Tensor:
    """What the network gives for the batch, at real tokens."""
    with torch.no_grad():
        found = made(**batch())
    return found[batch()["attention_mask"].bool()] if found.ndim == 3 else found


def train(made: Network, steps: int = 3) -> None:
    """A few steps of AdamW towards fixed outputs."""
    chosen = [parameter for parameter in made.parameters() if parameter.requires_grad]
    optimizer = torch.optim.AdamW(chosen, lr=0.01, weight_decay=0.0)
    for _ in range(steps):
        found = made(**batch())
        target = torch.arange(found[..., 0].numel()) % found.shape[-1]
        optimizer.zero_grad()
        nn.functional.cross_entropy(found.flatten(0, -2), target).backward()
        optimizer.step()
