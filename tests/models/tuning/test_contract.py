"""What every strategy holds to, on every kind of network."""

import re

import pytest
import torch

from models.errors import InputError
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
    TuningSpec,
)
from models.tuning import TUNINGS, tuning_for
from tests.models.tuning.nets import KINDS, network, outputs, train

SPECS: dict[str, TuningSpec] = {
    spec.name: spec
    for spec in (
        FullTuning(),
        HeadTuning(),
        LastLayersTuning(layers=1),
        GradualTuning(),
        LayerwiseDecayTuning(),
        BitFitTuning(),
        LoraTuning(rank=2),
        DoraTuning(rank=2),
        Ia3Tuning(),
        PromptTuning(tokens=3),
        PrefixTuning(tokens=3),
    )
}
NEW = {"joined": r"crossattention", "gpt2": r"$^", "llama": r"$^", "t5": r"$^", "bart": r"$^", "marian": r"$^"}
# What each strategy trains beside what is new, by kind; written out by hand from the architectures.
ABOVE = {
    "bert": "$^",
    "roberta": "$^",
    "deberta": "$^",
    "distilbert": "$^",
    "modernbert": r"final_norm",
    "own": r"backbone\.norm\.",
    "rnn": "$^",
    "cnn": "$^",
    "gpt2-classifier": r"ln_f",
    "gpt2": r"ln_f",
    "llama": r"model\.norm|lm_head",
    "t5": r"decoder\.final_layer_norm",
    "bart": "$^",
    "marian": "$^",
    "joined": r"decoder\.cls",
}
TOP = {
    "cnn": r"layers\.0\.",
    "t5": r"decoder\.block\.1\.",
    "bart": r"decoder\.layers\.1\.",
    "marian": r"decoder\.layers\.1\.",
    "joined": r"decoder\.bert\.encoder\.layer\.1\.",
}
ANY_TOP = r"\.(layer|layers|h)\.1\."
BIAS = r"\.bias(_\w+)?$"
QUERY_VALUE = (
    r"\.(query|value|query_proj|value_proj|q_lin|v_lin|Wqkv|c_attn|q_proj|v_proj)\.weight|Attention\.(q|v)\.weight"
)
# IA3 scales a bias together with its weight, but not where the input is what is scaled.
KEY_VALUE = r"\.(key|value|key_proj|value_proj|k_lin|v_lin|Wqkv|c_attn|k_proj|v_proj)\.(weight|bias)"
KEY_VALUE_2 = r"Attention\.(k|v)\.weight|\d\.output\.dense\.weight|lin2\.weight|mlp\.(Wo|c_proj)\.weight|down_proj"
KEY_VALUE_3 = r"fc2\.weight|\.wo\.weight|\.outer\.weight"
DOES_NOT_FIT = {
    **{("head", kind): "tuning.name" for kind in ("gpt2", "llama", "t5", "bart", "marian")},
    **{("bitfit", kind): "tuning.name" for kind in ("modernbert", "llama", "t5")},
    **{("prefix", kind): "tuning.name" for kind in ("deberta", "distilbert", "modernbert", "own", "rnn", "cnn")},
    **{(name, kind): "tuning.targets" for name in ("lora", "dora", "ia3") for kind in ("rnn", "cnn")},
}
EVERY = [(name, kind) for name in SPECS for kind in KINDS]
FITTING = [pair for pair in EVERY if pair not in DOES_NOT_FIT]
ADDS = ("prompt", "prefix")


def intended(strategy: str, kind: str, name: str) -> bool:
    """Whether the strategy means to train the parameter."""
    if kind == "marian" and "embed_positions" in name:
        return False  # Sinusoids, which the architecture keeps as they are.
    if re.search(NEW.get(kind, r"^head\."), name):
        return True
    top = TOP.get(kind, ANY_TOP)
    above = ABOVE[kind]
    return {
        "full": True,
        "llrd": True,
        "last_n": bool(re.search(f"{above}|{top}", name)),
        # Where nothing is above the layers, the topmost of them begins.
        "gradual": bool(re.search(top if kind in ("bart", "marian") else above, name)),
        "bitfit": bool(re.search(BIAS, name)),
        "lora": bool(re.search(QUERY_VALUE, name)),
        "dora": bool(re.search(QUERY_VALUE, name)),
        "ia3": bool(re.search(f"{KEY_VALUE}|{KEY_VALUE_2}|{KEY_VALUE_3}", name)),
    }.get(strategy, False)


@pytest.mark.parametrize(("strategy", "kind"), FITTING)
def test_trains_what_it_means_to_and_is_saved_whole(strategy: str, kind: str) -> None:
    spec, tuning = SPECS[strategy], TUNINGS[strategy]
    assert tuning.check(spec, network(kind, meta=True)) == []
    plain = network(kind)
    first, before = outputs(plain), {name: value.clone() for name, value in plain.state_dict().items()}
    made = tuning.apply(network(kind), spec)
    tuning.advance(made, spec, 0.0)
    if strategy not in ADDS:
        assert torch.allclose(outputs(made), first, atol=1e-5)
    train(made)
    trained = outputs(made)
    assert not torch.allclose(trained, first, atol=1e-2)

    state = {name: value.clone() for name, value in tuning.deployable_state(made).items()}
    parameters = [name for name, _ in plain.named_parameters()]
    changed = {name for name in parameters if not torch.equal(state[name], before[name])}
    assert changed == {name for name in parameters if intended(strategy, kind, name)}
    if strategy not in ADDS:
        assert state.keys() == before.keys()

    restored = tuning.restore(network(kind), spec)
    restored.load_state_dict(state, strict=True)
    assert torch.allclose(outputs(restored), trained, atol=1e-5)
    assert torch.allclose(outputs(made), trained, atol=1e-6), "saving must leave the training as it was"


@pytest.mark.parametrize(("strategy", "kind"), list(DOES_NOT_FIT))
def test_what_does_not_fit_is_told_before_and_by_apply(strategy: str, kind: str) -> None:
    (problem,) = TUNINGS[strategy].check(SPECS[strategy], network(kind, meta=True))
    assert problem.where == DOES_NOT_FIT[strategy, kind]
    assert strategy in problem.message or type(network(kind).backbone).__name__ in problem.message
    assert problem.hint
    with pytest.raises(InputError, match=re.escape(problem.message)):
        TUNINGS[strategy].apply(network(kind), SPECS[strategy])


def test_every_strategy_is_registered_by_its_name() -> None:
    assert {*SPECS, "qlora"} == TUNINGS.keys()
    for name, spec in SPECS.items():
        assert tuning_for(spec).name == name
