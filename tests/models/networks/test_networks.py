"""What every small network must do, whichever it is."""

from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest
import torch
from torch import nn
from torch.nn import functional
from transformers import AutoConfig, AutoModel, GPT2Model, PreTrainedModel

from models.errors import InputError
from models.networks.build import scratch_config
from models.networks.transformer import sinusoids
from models.pretrained.load import from_nothing
from models.spec import CnnModel, GptModel, RnnModel, ScratchModel, TransformerModel

VOCABULARY, WIDTH = 40, 16
MODELS: dict[str, ScratchModel] = {
    "cnn": CnnModel(hidden_size=WIDTH, filters=4, kernel_sizes=[1, 2, 3, 6]),
    "lstm": RnnModel(source="lstm", name="lstm", hidden_size=WIDTH, layers=2),
    "gru": RnnModel(source="gru", name="gru", hidden_size=WIDTH),
    "transformer": TransformerModel(hidden_size=WIDTH),
}
every_network = pytest.mark.parametrize("name", MODELS)


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """More threads than one only slow down networks of this size."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def network(name: str, seed: int = 0) -> PreTrainedModel:
    return from_nothing(scratch_config(MODELS[name], VOCABULARY, 0), "encoder", seed).eval()


def rows(count: int = 3, length: int = 6) -> torch.Tensor:
    return torch.randint(5, VOCABULARY, (count, length), generator=torch.Generator().manual_seed(0))


@every_network
def test_saved_network_is_read_back_by_the_auto_classes(name: str, tmp_path: Path) -> None:
    saved = network(name)
    saved.save_pretrained(tmp_path)
    config = AutoConfig.from_pretrained(tmp_path)
    assert type(config) is type(saved.config)
    other = {"architectures", "transformers_version", "dtype"}  # What saving adds.
    sizes = [field.name for field in fields(config) if field.name not in other]
    assert {size: getattr(config, size) for size in sizes} == {size: getattr(saved.config, size) for size in sizes}
    loaded = AutoModel.from_pretrained(tmp_path).eval()
    assert torch.equal(loaded(rows()).last_hidden_state, saved(rows()).last_hidden_state)
    fresh = AutoModel.from_config(config)
    shapes = {key: value.shape for key, value in saved.state_dict().items()}
    assert {key: value.shape for key, value in fresh.state_dict().items()} == shapes


@every_network
def test_result_has_the_width_that_the_configuration_says(name: str) -> None:
    model = network(name)
    output = model(input_ids=rows(), attention_mask=torch.ones(3, 6), token_type_ids=torch.zeros(3, 6))
    assert output.last_hidden_state.shape == (3, 6, model.config.hidden_size)
    assert isinstance(model.layers, nn.ModuleList)
    assert len(model.layers) == model.config.num_hidden_layers
    one = model(rows(1, 1)).last_hidden_state
    assert one.shape == (1, 1, model.config.hidden_size)


@every_network
def test_padding_never_changes_the_vectors_of_tokens(name: str) -> None:
    model, ids_bl = network(name), rows()
    alone = model(ids_bl).last_hidden_state
    for left, right in ((0, 5), (4, 0), (2, 3)):
        mask_bl = functional.pad(torch.ones_like(ids_bl), (left, right))
        for filling in (0, 7):  # The mask says what a token is, not the id.
            padded_bl = functional.pad(ids_bl, (left, right), value=filling)
            output = model(padded_bl, mask_bl).last_hidden_state
            torch.testing.assert_close(output[:, left : left + 6], alone, atol=1e-5, rtol=1e-4)


@every_network
def test_rows_of_different_lengths_stay_apart(name: str) -> None:
    model, ids_bl = network(name), rows()
    mask_bl = torch.tensor([[1] * 6, [1] * 4 + [0] * 2, [0] * 6])
    output = model(ids_bl, mask_bl).last_hidden_state
    assert output.isfinite().all()
    torch.testing.assert_close(output[:1], model(ids_bl[:1]).last_hidden_state, atol=1e-5, rtol=1e-4)
    torch.testing.assert_close(output[1:2, :4], model(ids_bl[1:2, :4]).last_hidden_state, atol=1e-5, rtol=1e-4)


@every_network
def test_order_of_the_tokens_matters(name: str) -> None:
    model, ids_bl = network(name), rows()
    one_way, other_way = model(ids_bl).last_hidden_state.amax(1), model(ids_bl.flip(1)).last_hidden_state.amax(1)
    assert not torch.allclose(one_way, other_way, atol=1e-3)


@every_network
def test_word_vectors_can_be_given_and_replaced(name: str) -> None:
    model, ids_bl = network(name), rows()
    words = model.get_input_embeddings()
    expected = model(ids_bl).last_hidden_state
    assert torch.equal(model(inputs_embeds=words(ids_bl)).last_hidden_state, expected)
    assert words.weight[0].abs().sum() == 0, "padding's vector is zero"
    other = nn.Embedding(50, WIDTH)
    with torch.no_grad():
        other.weight[:VOCABULARY] = words.weight
    model.set_input_embeddings(other)
    assert model.get_input_embeddings() is other
    assert torch.equal(model(ids_bl).last_hidden_state, expected)


@every_network
def test_weights_depend_on_the_seed_only_and_the_generator_stays(name: str) -> None:
    torch.manual_seed(1)
    before = torch.get_rng_state()
    first = network(name).state_dict()
    assert torch.equal(torch.get_rng_state(), before)
    torch.manual_seed(2)
    second, other = network(name).state_dict(), network(name, seed=1).state_dict()
    assert all(torch.equal(first[key], second[key]) for key in first)
    assert any(not torch.equal(first[key], other[key]) for key in first)


@every_network
def test_meta_device_and_half_precision(name: str) -> None:
    with torch.device("meta"):
        shapes = AutoModel.from_config(network(name).config)
    assert all(parameter.is_meta for parameter in shapes.parameters())
    model = network(name).train()
    mask_bl = torch.tensor([[1] * 6, [1] * 4 + [0] * 2, [1] * 6])
    with torch.autocast("cpu", torch.bfloat16):
        output = model(rows(), mask_bl).last_hidden_state
        output.float().square().mean().backward()
    assert output.isfinite().all()
    assert all(weight.grad is not None and weight.grad.isfinite().all() for weight in model.parameters())
    with torch.no_grad():
        exact = model.eval()(rows(), mask_bl).last_hidden_state
        with torch.autocast("cpu", torch.bfloat16):
            rough = model(rows(), mask_bl).last_hidden_state
    torch.testing.assert_close(rough.float()[0], exact[0], atol=0.1, rtol=0.1)


@every_network
def test_overfits_32_short_texts(name: str) -> None:
    """Random labels of random texts: only their whole content tells them apart."""
    generator = torch.Generator().manual_seed(0)
    ids_bl = torch.randint(5, VOCABULARY, (32, 8), generator=generator)
    mask_bl = (torch.arange(8) < torch.randint(3, 9, (32, 1), generator=generator)).long()
    labels_b = torch.randint(0, 2, (32,), generator=generator)
    torch.manual_seed(0)
    model = network(name).train()
    head = nn.Linear(model.config.hidden_size, 2)
    optimizer = torch.optim.Adam([*model.parameters(), *head.parameters()], lr=1e-2)

    def scores(network: nn.Module) -> torch.Tensor:
        hidden_blh = network(ids_bl, mask_bl).last_hidden_state
        result: torch.Tensor = head(hidden_blh.masked_fill(mask_bl.unsqueeze(-1) == 0, -1e4).amax(1))
        return result

    for _ in range(80):
        optimizer.zero_grad()
        functional.cross_entropy(scores(model), labels_b).backward()
        optimizer.step()
    assert torch.equal(scores(model.eval()).argmax(-1), labels_b)


def test_positions_are_those_of_the_paper() -> None:
    vectors = sinusoids(torch.tensor([[0, 3, 70_000]]), 8)[0]
    for row, place in enumerate((0, 3, 70_000)):
        angles = [place / 10_000 ** (2 * wave / 8) for wave in range(4)]
        expected = torch.cat([torch.tensor(angles).sin(), torch.tensor(angles).cos()])
        torch.testing.assert_close(vectors[row], expected, atol=2e-2 if place > 3 else 1e-6, rtol=0)
    assert sinusoids(torch.tensor([[5]]), 7).shape == (1, 1, 7)


def test_gpt_is_transformers_own() -> None:
    config = scratch_config(GptModel(hidden_size=WIDTH, layers=1, positions=32), VOCABULARY, 0)
    model = from_nothing(config, "encoder", 0).eval()
    assert type(model) is GPT2Model
    assert (config.vocab_size, config.n_positions, config.n_layer, config.n_head) == (VOCABULARY, 32, 1, 4)
    assert (config.pad_token_id, config.bos_token_id, config.eos_token_id) == (0, 1, 2)
    assert model(rows()).last_hidden_state.shape == (3, 6, WIDTH)


@pytest.mark.parametrize(
    ("model", "where"),
    [
        (TransformerModel(hidden_size=18, heads=4), "model.hidden_size"),
        (GptModel(hidden_size=18, heads=4), "model.hidden_size"),
        (RnnModel(source="gru", name="gru", hidden_size=17), "model.hidden_size"),
        (CnnModel(kernel_sizes=[]), "model.kernel_sizes"),
        (CnnModel(kernel_sizes=[3, 0]), "model.kernel_sizes"),
    ],
)
def test_sizes_that_do_not_fit_are_refused(model: ScratchModel, where: str) -> None:
    with pytest.raises(InputError) as caught:
        scratch_config(model, VOCABULARY, 0)
    assert [problem.where for problem in caught.value.problems] == [where]
