"""What is particular to one strategy."""

import pytest
import torch

from models.errors import InputError
from models.network import Network
from models.spec import (
    DoraTuning,
    GradualTuning,
    Ia3Tuning,
    LastLayersTuning,
    LayerwiseDecayTuning,
    LoraTuning,
    PromptTuning,
)
from models.tuning import TUNINGS, count_parameters
from models.tuning.targets import key_value, query_value
from tests.models.tuning.nets import batch, network, outputs, train


def trained_names(made: Network) -> set[str]:
    return {name for name, parameter in made.named_parameters() if parameter.requires_grad}


def trained_parts(made: Network) -> list[str]:
    """Of a small BERT: which of its parts train."""
    names = trained_names(made)
    parts = {"head": "head.", "1": ".layer.1.", "0": ".layer.0.", "embeddings": ".embeddings."}
    return [part for part, sign in parts.items() if any(sign in name for name in names)]


class TestGradual:
    @pytest.mark.parametrize(
        ("epoch", "parts"),
        [
            (0.0, ["head"]),
            (0.49, ["head"]),
            (0.5, ["head", "1"]),
            (1.0, ["head", "1", "0"]),
            (1.5, ["head", "1", "0", "embeddings"]),
            (9.0, ["head", "1", "0", "embeddings"]),
        ],
    )
    def test_layers_join_from_the_top(self, epoch: float, parts: list[str]) -> None:
        spec, made = GradualTuning(epochs_per_layer=0.5), network("bert")
        TUNINGS["gradual"].advance(made, spec, epoch)
        assert trained_parts(made) == parts

    def test_the_epoch_alone_decides(self) -> None:
        spec, made = GradualTuning(), TUNINGS["gradual"].apply(network("bert"), GradualTuning())
        assert len(trained_names(made)) == len(list(made.parameters())), "an optimizer made now must know all of them"
        made(**batch()).sum().backward()
        for epoch in (2.0, 1.0, 1.0):
            TUNINGS["gradual"].advance(made, spec, epoch)
        assert trained_parts(made) == ["head", "1"]
        assert all(parameter.requires_grad or parameter.grad is None for parameter in made.parameters())

    def test_sums_of_steps_count_as_whole_epochs(self) -> None:
        made = network("bert")
        TUNINGS["gradual"].advance(made, GradualTuning(epochs_per_layer=0.1), sum([0.1] * 3) - 0.1 - 1e-16)
        assert trained_parts(made) == ["head", "1", "0"]


def test_layerwise_decay_falls_from_the_top_to_the_embeddings() -> None:
    made, spec = network("bert", meta=True), LayerwiseDecayTuning(decay=0.5)
    scales = TUNINGS["llrd"].learning_rate_scales(made, spec)
    expected = {".layer.1.": 0.5, ".layer.0.": 0.25, ".embeddings.": 0.125}
    for name, _ in made.named_parameters():
        of_name = [scale for sign, scale in expected.items() if sign in name]
        assert scales.get(name, 1.0) == pytest.approx(of_name[0] if of_name else 1.0), name
    assert not any(name.startswith("head") for name in scales)


def test_layerwise_decay_goes_on_below_the_decoder() -> None:
    scales = TUNINGS["llrd"].learning_rate_scales(network("t5", meta=True), LayerwiseDecayTuning(decay=0.5))
    assert scales["backbone.decoder.block.0.layer.0.layer_norm.weight"] == 0.25
    assert scales["backbone.encoder.block.1.layer.0.layer_norm.weight"] == 0.125
    assert scales["backbone.shared.weight"] == 0.5**5
    assert "backbone.decoder.final_layer_norm.weight" not in scales


def test_more_layers_than_there_are() -> None:
    (problem,) = TUNINGS["last_n"].check(LastLayersTuning(layers=3), network("bert", meta=True))
    assert problem.where == "tuning.layers"
    assert "2, got 3" in problem.message
    assert TUNINGS["last_n"].check(LastLayersTuning(layers=2), network("bert", meta=True)) == []


class TestTargets:
    def test_lora_counts_as_the_paper_does(self) -> None:
        made = TUNINGS["lora"].apply(network("bert"), LoraTuning(rank=2))
        # Query and value of two layers, two matrices of 16 by 2 each; and the head.
        assert count_parameters(made).trainable == 2 * 2 * 2 * 16 * 2 + 16 * 3 + 3

    @pytest.mark.parametrize("spec", [LoraTuning, DoraTuning, Ia3Tuning])
    def test_layers_of_choice(self, spec: type[LoraTuning] | type[Ia3Tuning]) -> None:
        chosen = spec(targets=["attention.output.dense", "encoder.layer.1.intermediate.dense"])
        tuning, before = TUNINGS[chosen.name], network("bert").state_dict()
        assert tuning.check(chosen, network("bert", meta=True)) == []
        made = tuning.apply(network("bert"), chosen)
        train(made)
        after = tuning.deployable_state(made)
        changed = {name for name in before if name.endswith("weight") and not torch.equal(before[name], after[name])}
        prefix = "backbone.encoder.layer"
        assert changed == {
            "head.weight",
            f"{prefix}.0.attention.output.dense.weight",
            f"{prefix}.1.attention.output.dense.weight",
            f"{prefix}.1.intermediate.dense.weight",
        }

    @pytest.mark.parametrize("name", ["lora", "dora", "ia3"])
    def test_unknown_layers_are_told_with_what_there_is(self, name: str) -> None:
        specs = {"lora": LoraTuning, "dora": DoraTuning, "ia3": Ia3Tuning}
        spec = specs[name](targets=["query", "qeury"])
        (problem,) = TUNINGS[name].check(spec, network("bert", meta=True))
        assert problem.where == "tuning.targets"
        assert "'qeury'" in problem.message
        assert "query" in problem.hint
        with pytest.raises(InputError, match="qeury"):
            TUNINGS[name].apply(network("bert"), spec)
        (empty,) = TUNINGS[name].check(specs[name](targets=[]), network("bert", meta=True))
        assert empty.where == "tuning.targets"

    def test_new_layers_get_no_adapters(self) -> None:
        made = TUNINGS["lora"].apply(network("joined"), LoraTuning())
        crossing = {name for name, _ in made.named_parameters() if "crossattention" in name}
        assert crossing == {name for name, _ in network("joined").named_parameters() if "crossattention" in name}
        assert crossing < trained_names(made)

    def test_each_part_of_a_model_by_its_own_names(self) -> None:
        names = [
            "encoder.0.query",
            "encoder.0.key",
            "encoder.0.value",
            "decoder.0.c_attn",
            "decoder.0.q",
            "other.value",
        ]
        assert query_value(names) == ["encoder.0.query", "encoder.0.value", "decoder.0.c_attn"]
        assert key_value(names) == ["encoder.0.key", "encoder.0.value", "decoder.0.c_attn"]


def test_first_values_come_from_the_global_generator() -> None:
    for spec in (LoraTuning(rank=2), PromptTuning(tokens=3)):
        tuning, found = TUNINGS[spec.name], []
        for seed in (1, 1, 2):
            with torch.random.fork_rng(devices=[]):
                torch.manual_seed(seed)
                made = tuning.apply(network("bert"), spec)
            added = next(
                value for name, value in made.state_dict().items() if "lora_A" in name or "soft_prompt" in name
            )
            found.append(added)
        assert torch.equal(found[0], found[1])
        assert not torch.equal(found[0], found[2])


def test_dropout_of_the_update_is_off_when_merged() -> None:
    spec = LoraTuning(rank=2, dropout=0.5)
    made = TUNINGS["lora"].apply(network("bert"), spec).train()
    train(made)
    state, restored = TUNINGS["lora"].deployable_state(made), network("bert")
    restored.load_state_dict(state, strict=True)
    assert torch.allclose(outputs(restored), outputs(made.eval()), atol=1e-5)
