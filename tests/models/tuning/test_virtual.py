"""Prompts and prefixes: what they compute, compared with the plain model over the same tokens written out."""

import copy
from typing import Any

import pytest
import torch
from torch import nn
from transformers import DynamicCache, EncoderDecoderCache

from models.network import Network
from models.spec import PrefixTuning, PromptTuning
from models.tuning import TUNINGS
from tests.models.tuning.nets import VOCABULARY, batch, network, outputs

TOKENS = torch.tensor([5, 9, 31])
GENERATE = {"max_new_tokens": 5, "min_new_tokens": 5, "do_sample": False}
CAUSAL = ("gpt2", "llama")
SEQ2SEQ = ("t5", "bart", "marian", "joined")


def with_prompt(kind: str) -> Network:
    """A network whose prompt is the vectors of three real tokens."""
    made = TUNINGS["prompt"].apply(network(kind), PromptTuning(tokens=3))
    backbone: Any = made.backbone
    reader = backbone.get_encoder() if kind in SEQ2SEQ else backbone
    vectors_ph = reader.get_input_embeddings()(TOKENS) * getattr(reader, "embed_scale", 1.0)
    with torch.no_grad():
        backbone.soft_prompt.vectors_ph.copy_(vectors_ph)
    return made


def with_prefix(kind: str) -> Network:
    """A network whose prefix is the keys and values of three real tokens."""
    made = TUNINGS["prefix"].apply(network(kind), PrefixTuning(tokens=3))
    plain: Any = network(kind).backbone
    cache = plain(input_ids=TOKENS[None], use_cache=True).past_key_values
    with torch.no_grad():
        for layer, (keys_1apd, values_1apd, *_) in enumerate(cache):
            made.backbone.prefix.keys_values_n2apd[layer, 0] = keys_1apd[0]
            made.backbone.prefix.keys_values_n2apd[layer, 1] = values_1apd[0]
    return made


def longer(given: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """The batch with the three tokens written out before each row."""
    rows = len(given["input_ids"])
    return {
        "input_ids": torch.cat([TOKENS.expand(rows, -1), given["input_ids"]], dim=1),
        "attention_mask": nn.functional.pad(given["attention_mask"], (3, 0), value=1),
    }


@torch.no_grad()
def real(made: Network, given: dict[str, torch.Tensor]) -> torch.Tensor:
    """Outputs of the backbone at the real tokens of the plain batch."""
    found = made.backbone(**given)
    values = found.logits if "logits" in found else found.last_hidden_state
    return values[:, -6:][batch()["attention_mask"].bool()]


@pytest.mark.parametrize("kind", ["bert", "deberta", "modernbert", "gpt2-classifier", *CAUSAL])
def test_a_prompt_of_real_tokens_is_those_tokens(kind: str) -> None:
    assert torch.allclose(real(with_prompt(kind), batch()), real(network(kind), longer(batch())), atol=1e-5)


@pytest.mark.parametrize("kind", ["gpt2-classifier", *CAUSAL])
def test_a_prefix_of_real_tokens_is_those_tokens(kind: str) -> None:
    assert torch.allclose(real(with_prefix(kind), batch()), real(network(kind), longer(batch())), atol=1e-5)


@pytest.mark.parametrize("kind", SEQ2SEQ)
def test_a_prompt_before_the_source_is_seen_by_the_decoder(kind: str) -> None:
    target = {"decoder_input_ids": batch()["input_ids"]}
    with torch.no_grad():
        prompted = with_prompt(kind).backbone(**batch(), **target).logits
        written = network(kind).backbone(**longer(batch()), **target).logits
    assert torch.allclose(prompted, written, atol=1e-5)


@pytest.mark.parametrize("make", [with_prompt, with_prefix])
@pytest.mark.parametrize("kind", CAUSAL)
@pytest.mark.parametrize("beams", [1, 3])
def test_generation_is_that_after_the_written_tokens(make: Any, kind: str, beams: int) -> None:
    given = {name: value.flip(1) for name, value in batch().items()}  # Filled up on the left.
    found = make(kind).backbone.generate(**given, **GENERATE, num_beams=beams)
    # What fills a row up stands between the prompt and the text, and is not counted in either.
    expected = network(kind).backbone.generate(**longer(given), **GENERATE, num_beams=beams)
    assert torch.equal(found[:, 6:], expected[:, 9:])


@pytest.mark.parametrize("kind", SEQ2SEQ)
@pytest.mark.parametrize("beams", [1, 3])
def test_generation_from_a_prompted_source(kind: str, beams: int) -> None:
    found = with_prompt(kind).backbone.generate(**batch(), **GENERATE, num_beams=beams)
    expected = network(kind).backbone.generate(**longer(batch()), **GENERATE, num_beams=beams)
    assert torch.equal(found, expected)


@pytest.mark.parametrize("kind", SEQ2SEQ)
def test_generation_with_a_prefix_is_that_without_a_cache(kind: str) -> None:
    made = TUNINGS["prefix"].apply(network(kind), PrefixTuning(tokens=3))
    nn.init.normal_(made.backbone.prefix.keys_values_n2apd, generator=torch.Generator().manual_seed(3))
    cached = made.backbone.generate(**batch(), **GENERATE)
    ids_bl = cached[:, :1]
    with torch.no_grad():
        for _ in range(GENERATE["max_new_tokens"]):
            logits_blv = made.backbone(**batch(), decoder_input_ids=ids_bl, use_cache=False).logits
            logits_blv[..., 2] = -torch.inf  # No end before five tokens.
            ids_bl = torch.cat([ids_bl, logits_blv[:, -1:].argmax(-1)], dim=1)
    assert torch.equal(cached, ids_bl)


@pytest.mark.parametrize("strategy", ["prompt", "prefix"])
@pytest.mark.parametrize("kind", ["bert", "roberta", "gpt2-classifier"])
def test_filling_rows_up_changes_nothing(strategy: str, kind: str) -> None:
    spec = {"prompt": PromptTuning(tokens=3), "prefix": PrefixTuning(tokens=3)}[strategy]
    made = TUNINGS[strategy].apply(network(kind), spec)
    with torch.no_grad():
        next(p for p in made.backbone.parameters() if p.requires_grad).normal_(
            generator=torch.Generator().manual_seed(3)
        )
        alone = made(input_ids=batch()["input_ids"][2:, :4], attention_mask=torch.ones(1, 4, dtype=torch.long))
        assert torch.allclose(made(**batch())[2:], alone, atol=1e-5)
        assert not torch.allclose(alone, network(kind)(**batch())[2:], atol=1e-2)


def test_an_encoder_with_a_prefix_sees_it_from_every_token() -> None:
    backbone: Any = TUNINGS["prefix"].apply(network("bert"), PrefixTuning(tokens=3)).backbone
    backbone.set_attn_implementation("eager")
    with torch.no_grad():
        weights = backbone(**batch(), output_attentions=True).attentions
    assert weights[0].shape == (3, 2, 6, 9)
    assert torch.all(weights[0][..., :3] > 0)
    assert torch.all(weights[0][2, ..., 7:] < 1e-9)


def test_the_loss_inside_a_prompted_model_counts_real_tokens_only() -> None:
    labels = batch()["input_ids"]
    with torch.no_grad():
        found = with_prompt("gpt2").backbone(**batch(), labels=labels)
        padded = nn.functional.pad(labels, (3, 0), value=-100)
        expected = network("gpt2").backbone(**longer(batch()), labels=padded)
    assert found.loss.item() == pytest.approx(expected.loss.item(), abs=1e-5)
    assert found.logits.shape == (3, 6, VOCABULARY)


@pytest.mark.parametrize("strategy", ["prompt", "prefix"])
def test_a_mask_of_pairs_is_refused_and_places_are_counted(strategy: str) -> None:
    spec = {"prompt": PromptTuning(tokens=3), "prefix": PrefixTuning(tokens=3)}[strategy]
    made = TUNINGS[strategy].apply(network("gpt2"), spec)
    pairs = torch.ones(3, 1, 6, 6)
    with pytest.raises(ValueError, match=r"\(batch, length\), got 4 axes"):
        made.backbone(input_ids=batch()["input_ids"], attention_mask=pairs)
    assert TUNINGS[strategy].virtual_tokens(spec) == 3
    assert TUNINGS["lora"].virtual_tokens(spec) == 0


def test_a_cache_given_by_the_caller_is_filled() -> None:
    made = TUNINGS["prefix"].apply(network("gpt2"), PrefixTuning(tokens=3))
    cache = DynamicCache()
    made.backbone(**batch(), past_key_values=cache, use_cache=True)
    assert cache.get_seq_length() == 9
    both = EncoderDecoderCache(DynamicCache(), DynamicCache())
    joined = TUNINGS["prefix"].apply(network("joined"), PrefixTuning(tokens=3))
    joined.backbone(**batch(), decoder_input_ids=batch()["input_ids"], past_key_values=both, use_cache=True)
    assert both.get_seq_length() == 9


@pytest.mark.parametrize("strategy", ["prompt", "prefix"])
@pytest.mark.parametrize("kind", ["bert", "gpt2", "t5"])
def test_a_copy_has_its_own_and_weights_load_into_a_network_without_memory(strategy: str, kind: str) -> None:
    spec, tuning = {"prompt": PromptTuning(tokens=3), "prefix": PrefixTuning(tokens=3)}[strategy], TUNINGS[strategy]
    made = tuning.apply(network(kind), spec)
    first, other = outputs(made), copy.deepcopy(made)
    with torch.no_grad():
        for parameter in other.parameters():
            if parameter.requires_grad:
                parameter.neg_()
    assert torch.equal(outputs(made), first)
    assert not torch.allclose(outputs(other), first, atol=1e-3)
    restored = tuning.restore(network(kind, meta=True), spec)
    loaded = restored.load_state_dict(tuning.deployable_state(made), strict=True, assign=True)
    assert not loaded.missing_keys
    assert not any(parameter.is_meta for parameter in restored.parameters())
