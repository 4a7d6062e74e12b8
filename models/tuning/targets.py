"""Finding the linear layers of a backbone by name."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from torch import nn
from transformers.pytorch_utils import Conv1D

from models.errors import Problem
from models.network import Network

# Query, key and value projections by the names that transformers' architectures give them, and ours. Where one layer
# gives all three, it stands for each of them.
ATTENTIONS = (
    ("query", "key", "value"),  # BERT, RoBERTa, ELECTRA, ALBERT, XLM-R, and the networks of this project
    ("query_proj", "key_proj", "value_proj"),  # DeBERTa v2 and v3
    ("q_lin", "k_lin", "v_lin"),  # DistilBERT, XLM
    ("q_proj", "k_proj", "v_proj"),  # BART, Marian, OPT, Llama, Qwen, Gemma
    ("q", "k", "v"),  # MPNet, T5
    ("Wqkv",),  # ModernBERT
    ("in_proj",),  # DeBERTa v1
    ("query_key_value",),  # BLOOM, GPT-NeoX
    ("qkv_proj",),  # Phi, NomicBERT
    ("c_attn",),  # GPT-2
)
# The second layer of the feed-forward network: what IA3 scales is its input.
FEED_FORWARD = (
    "output.dense",  # BERT and its kin; DeBERTa, MPNet
    "ffn_output",  # ALBERT
    "lin2",  # DistilBERT
    "mlp.Wo",  # ModernBERT
    "mlp.c_proj",  # GPT-2
    "down_proj",  # Llama, Qwen, Gemma
    "fc2",  # BART, Marian, OPT
    "wo",  # T5
    "dense_4h_to_h",  # BLOOM, GPT-NeoX
    "outer",  # The Transformer of this project
)
NOT_FEED_FORWARD = ("attention.output.dense",)  # Self-attention's and cross-attention's, in BERT and its kin.


def linear_names(backbone: nn.Module) -> list[str]:
    """Dotted names of all linear layers."""
    return [name for name, module in backbone.named_modules() if isinstance(module, (nn.Linear, Conv1D))]


def pretrained_linears(network: Network) -> list[str]:
    """Dotted names, in the backbone, of the linear layers that are not new: new ones train whole anyway."""
    new = network.new_parameters()
    return [name for name in linear_names(network.backbone) if f"backbone.{name}.weight" not in new]


def matching(names: Iterable[str], target: str) -> list[str]:
    """The names that a target means: the whole name, or its last parts."""
    return [name for name in names if name == target or name.endswith(f".{target}")]


def query_value(names: Sequence[str]) -> list[str]:
    """Attention's query and value projections, which Hu et al. 2021 adapt."""
    return _attention(names, (0, -1))


def key_value(names: Sequence[str]) -> list[str]:
    """Attention's key and value projections, which IA3 scales."""
    return _attention(names, (-2, -1))


def feed_forward(names: Sequence[str]) -> list[str]:
    """The second layers of the feed-forward networks."""
    apart = {name for target in NOT_FEED_FORWARD for name in names if name.endswith(target)}
    return [name for target in FEED_FORWARD for name in matching(names, target) if name not in apart]


def chosen(network: Network, targets: list[str] | None, known: Sequence[str]) -> list[str]:
    """Dotted names, in the backbone, of the layers to adapt.

    Args:
        network: The network as its task built it.
        targets: The user's choice, whole names or last parts; None for what is known of the architecture.
        known: Names of the layers that are adapted by default.
    """
    if targets is None:
        return list(known)
    names = pretrained_linears(network)
    return list(dict.fromkeys(name for target in targets for name in matching(names, target)))


def target_problems(network: Network, targets: list[str] | None, known: Sequence[str]) -> list[Problem]:
    """What is wrong with the choice of layers; arguments as for `chosen`."""
    where, kind, names = "tuning.targets", type(network.backbone).__name__, pretrained_linears(network)
    if not names:
        rule = f"no linear layer of this {kind} is pretrained, so there is nothing to adapt"
        return [Problem(where, rule, "take full or head")]
    allowed = f"its linear layers: {', '.join(sorted({name.rsplit('.', 1)[-1] for name in names}))}"
    if targets is None:
        rule = f"no attention layers are known for {kind}; name the layers to adapt"
        return [] if known else [Problem(where, rule, allowed)]
    if not targets:
        return [Problem(where, "must name at least one layer, got an empty list", allowed)]
    return [
        Problem(where, f"{target!r} matches no pretrained linear layer of {kind}", allowed)
        for target in targets
        if not matching(names, target)
    ]


def _attention(names: Sequence[str], wanted: tuple[int, int]) -> list[str]:
    # A model of two parts may name the layers of each part differently, so that every convention is looked for.
    known, found = set(names), []
    for parts in ATTENTIONS:
        for name in matching(names, parts[0]):
            before = name[: len(name) - len(parts[0])]
            if all(f"{before}{part}" in known for part in parts):
                at = (parts[index] for index in wanted) if len(parts) > 1 else parts
                found += [f"{before}{part}" for part in at]
    return found
