"""The tuning strategies that the task contract runs, and what each of them means to train, by name.

The names are written out by hand from the architectures, so that nothing here asks the code under test.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib.util import find_spec

import torch

from models.spec import (
    BitFitTuning,
    DoraTuning,
    FullTuning,
    GradualTuning,
    HeadTuning,
    Ia3Tuning,
    LastLayersTuning,
    LayerwiseDecayTuning,
    LoraTuning,
    PrefixTuning,
    PromptTuning,
    QloraTuning,
    TuningSpec,
)

STRATEGIES: dict[str, TuningSpec] = {
    spec.name: spec
    for spec in (
        FullTuning(),
        HeadTuning(),
        LastLayersTuning(layers=1),
        GradualTuning(epochs_per_layer=100.0),  # So that nothing but the top trains in a test's few steps.
        LayerwiseDecayTuning(decay=0.5),
        BitFitTuning(),
        LoraTuning(rank=2, dropout=0.1),
        DoraTuning(rank=2),
        QloraTuning(rank=2),
        Ia3Tuning(),
        PromptTuning(tokens=3),
        PrefixTuning(tokens=3),
    )
}
WHOLE = ("full", "llrd")
# Learning rates, where 0.01 does not suit: small steps of every weight will do, a few vectors need large ones.
RATES = {"full": 3e-3, "llrd": 3e-3, "prompt": 0.03, "prefix": 0.03}
ADDED = {"prompt": {"backbone.soft_prompt.vectors_ph"}, "prefix": {"backbone.prefix.keys_values_n2apd"}}
NO_4_BITS = {} if torch.cuda.is_available() and find_spec("bitsandbytes") else {"qlora": "tuning.name"}


@dataclass(frozen=True)
class Names:
    """Patterns of the names of a network's parameters.

    Attributes:
        new: Drawn at random before the training.
        above: What follows the layers.
        top: The topmost layer.
        lora: Query and value projections.
        ia3: Keys and values with their biases, and the second layers of the feed-forward networks.
        fixed: What the architecture never trains.
    """

    new: str
    above: str
    top: str
    lora: str
    ia3: str
    fixed: str = "$^"


BERT_LORA = r"\.(query|value)\.weight$"
BERT_IA3 = r"\.(key|value)\.(weight|bias)$|\d\.output\.dense\.weight$"
BART_LORA = r"\.(q_proj|v_proj)\.weight$"
BART_IA3 = r"\.(k_proj|v_proj)\.(weight|bias)$|\.fc2\.weight$"
NETWORKS: dict[str, Names] = {
    "bert": Names(r"^heads?\.", "$^", r"encoder\.layer\.1\.", BERT_LORA, BERT_IA3),
    "gpt2": Names(
        "$^", r"\.ln_f\.", r"\.h\.1\.", r"\.c_attn\.weight$", r"\.c_attn\.(weight|bias)$|mlp\.c_proj\.weight$"
    ),
    # What is new in a pair is not adapted, but trains whole.
    "pair": Names(
        r"\.crossattention\.|decoder\.cls\.", "$^", r"decoder\.bert\.encoder\.layer\.1\.", BERT_LORA, BERT_IA3
    ),
    "t5": Names(
        "$^",
        r"decoder\.final_layer_norm",
        r"decoder\.block\.1\.",
        r"Attention\.(q|v)\.weight$",
        r"Attention\.(k|v)\.weight$|\.wo\.weight$",
    ),
    "bart": Names("$^", "$^", r"decoder\.layers\.1\.", BART_LORA, BART_IA3),
    "marian": Names("$^", "$^", r"decoder\.layers\.1\.", BART_LORA, BART_IA3, r"embed_positions"),
}


def intended(strategy: str, network: str, name: str, value: torch.Tensor) -> bool:
    """Whether a strategy means to change a parameter of the network that the task builds.

    Args:
        strategy: Its name.
        network: A name in `NETWORKS`.
        name: The parameter's.
        value: What it was before.
    """
    names = NETWORKS[network]
    if re.search(names.fixed, name):
        return False
    if re.search(names.new, name) or strategy in WHOLE:
        return True
    if strategy == "ia3" and not value.any():
        return False  # It scales: a bias of zeros stays one.
    nothing_above = names.new == names.above == "$^"
    pattern = {
        "last_n": f"{names.above}|{names.top}",
        "gradual": names.top if nothing_above else names.above,
        "bitfit": r"\.bias$",
        "lora": names.lora,
        "dora": names.lora,
        "qlora": names.lora,
        "ia3": names.ia3,
    }.get(strategy, "$^")
    return re.search(pattern, name) is not None
