"""The order of depth, on the meta device: names alone matter."""

import pytest
import torch
from torch import nn
from transformers import (
    AlbertConfig,
    AutoModel,
    AutoModelForCausalLM,
    BloomConfig,
    DebertaConfig,
    ElectraConfig,
    GPTNeoXConfig,
    MPNetConfig,
    OPTConfig,
    Qwen2Config,
    XLMConfig,
)

from models.network import Network
from models.tuning import depth_groups
from tests.models.tuning.nets import KINDS, SIZES, VOCABULARY, network

SMALL = {name: SIZES[name] for name in ("hidden_size", "num_attention_heads", "intermediate_size", "vocab_size")}
MORE = {
    "electra": lambda: AutoModel.from_config(ElectraConfig(**SMALL, num_hidden_layers=3, embedding_size=8)),
    "deberta-v1": lambda: AutoModel.from_config(DebertaConfig(**SMALL, num_hidden_layers=3, relative_attention=True)),
    "mpnet": lambda: AutoModel.from_config(MPNetConfig(**SMALL, num_hidden_layers=3)),
    "xlm": lambda: AutoModel.from_config(
        XLMConfig(emb_dim=16, n_layers=3, n_heads=2, vocab_size=VOCABULARY, n_words=40)
    ),
    "qwen2": lambda: AutoModelForCausalLM.from_config(Qwen2Config(**SMALL, num_hidden_layers=3)),
    "bloom": lambda: AutoModelForCausalLM.from_config(BloomConfig(hidden_size=16, n_layer=3, n_head=2, vocab_size=40)),
    "neox": lambda: AutoModelForCausalLM.from_config(GPTNeoXConfig(**SMALL, num_hidden_layers=3)),
    "opt": lambda: AutoModelForCausalLM.from_config(
        OPTConfig(
            hidden_size=16,
            num_hidden_layers=3,
            num_attention_heads=2,
            ffn_dim=24,
            vocab_size=40,
            word_embed_proj_dim=16,
        )
    ),
    "albert": lambda: AutoModel.from_config(AlbertConfig(**SMALL, num_hidden_layers=3, embedding_size=8)),
}
LAYERS = {"t5": 4, "bart": 4, "marian": 4, "joined": 4, "cnn": 1, "albert": 1}


class Headed(Network):
    def __init__(self, backbone: nn.Module) -> None:
        super().__init__(backbone)
        self.head = nn.Linear(16, 2)


def on_meta(kind: str) -> Network:
    if kind in KINDS:
        return network(kind, meta=True)
    with torch.device("meta"):
        return Headed(MORE[kind]())


def by_name(made: Network) -> dict[str, tuple[str, ...]]:
    return {group.name: group.parameters for group in depth_groups(made)}


@pytest.mark.parametrize("kind", [*KINDS, *MORE])
def test_every_parameter_is_in_one_group_in_order(kind: str) -> None:
    made = on_meta(kind)
    groups = depth_groups(made)
    names = [name for group in groups for name in group.parameters]
    assert sorted(names) == sorted(name for name, _ in made.named_parameters())
    layers = [group.name for group in groups if group.is_layer]
    assert layers == [f"layer {index}" for index in range(LAYERS.get(kind, 2 if kind in KINDS else 3))]
    assert groups[0].name == "embeddings"
    assert any("embed" in name or "wte" in name or "shared" in name for name in groups[0].parameters)
    rest = [group.name for group in groups[1 + len(layers) :]]
    assert rest in ([], ["following"], ["new"], ["following", "new"])
    new = next((group.parameters for group in groups if group.name == "new"), ())
    assert set(new) == made.new_parameters()


def test_a_decoder_stands_above_its_encoder() -> None:
    groups = by_name(on_meta("t5"))
    assert all(name.startswith("backbone.encoder.block.1.") for name in groups["layer 1"][:-1])
    assert groups["layer 1"][-1] == "backbone.encoder.final_layer_norm.weight"
    assert all(name.startswith("backbone.decoder.block.0.") for name in groups["layer 2"])
    assert groups["following"] == ("backbone.decoder.final_layer_norm.weight",)
    assert groups["embeddings"] == ("backbone.shared.weight",)


def test_new_parts_of_the_backbone_are_new_and_in_no_layer() -> None:
    groups = by_name(on_meta("joined"))
    assert all("crossattention" in name for name in groups["new"])
    assert not any("crossattention" in name for group, names in groups.items() if group != "new" for name in names)


def test_what_is_registered_elsewhere_than_where_it_works() -> None:
    opt = by_name(on_meta("opt"))
    assert all("final_layer_norm" in name for name in opt["following"])
    assert len(opt["following"]) == 2
    assert "backbone.encoder.rel_embeddings.weight" in by_name(on_meta("deberta-v1"))["embeddings"]
    assert "backbone.encoder.relative_attention_bias.weight" in by_name(on_meta("mpnet"))["embeddings"]
    bart = by_name(on_meta("bart"))
    assert "backbone.model.decoder.embed_positions.weight" in bart["embeddings"]
    assert "backbone.model.decoder.layernorm_embedding.weight" in bart["embeddings"]


def test_lists_side_by_side_make_one_layer() -> None:
    first = by_name(on_meta("xlm"))["layer 0"]
    assert {name.split(".")[1] for name in first} == {"attentions", "layer_norm1", "ffns", "layer_norm2"}


def test_an_untied_output_follows_the_layers() -> None:
    with torch.device("meta"):
        tied, untied = (
            Network(
                AutoModelForCausalLM.from_config(Qwen2Config(**SMALL, num_hidden_layers=1, tie_word_embeddings=tie))
            )
            for tie in (True, False)
        )
    assert by_name(tied)["following"] == ("backbone.model.norm.weight",)
    assert by_name(untied)["following"] == ("backbone.model.norm.weight", "backbone.lm_head.weight")
