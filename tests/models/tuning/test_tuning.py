import pytest
import torch
from transformers import AlbertConfig, DebertaV2Config, DistilBertConfig, ModernBertConfig, MPNetConfig, RobertaConfig

from models.errors import InputError
from models.pretrained import encoder_from_config, load_config, load_tokenizer
from models.spec import FullTuning, LoraTuning, TinyModel
from models.tasks import Rows, TextClassification
from models.tasks.infer import logits_of
from models.tuning import TUNINGS, count_parameters, tuning_for
from models.tuning.targets import attention_targets

SPECS = [FullTuning(), LoraTuning(rank=3), LoraTuning(targets=["attention.output.dense", "key"])]
CONFIG = load_config(TinyModel())


def build() -> torch.nn.Module:
    return TextClassification().build(TinyModel(dropout=0.0), ("x", "y"), seed=0)


@pytest.mark.parametrize("spec", SPECS)
class TestEveryTuning:
    """What every strategy holds to."""

    def test_head_trains_and_nothing_changes_at_first(self, spec: FullTuning | LoraTuning) -> None:
        tokenizer = load_tokenizer(TinyModel())
        rows = Rows.from_encodings({"input_ids": tokenizer(["ab", "cde"])["input_ids"]}, tokenizer)
        before = logits_of(build(), rows, 2, torch.device("cpu"))
        model = tuning_for(spec).apply(build(), spec)
        assert logits_of(model, rows, 2, torch.device("cpu")) == pytest.approx(before, abs=1e-6)
        assert all(parameter.requires_grad for parameter in model.head.parameters())

    def test_deployable_state_gives_the_trained_model(self, spec: FullTuning | LoraTuning) -> None:
        tokenizer = load_tokenizer(TinyModel())
        rows = Rows.from_encodings({"input_ids": tokenizer(["ab", "cde"])["input_ids"]}, tokenizer)
        tuning, plain = tuning_for(spec), build()
        model = tuning.apply(build(), spec)
        generator = torch.Generator().manual_seed(0)
        with torch.no_grad():
            for parameter in model.parameters():
                if parameter.requires_grad:
                    parameter.add_(0.1 * torch.randn(parameter.shape, generator=generator))
        state = tuning.deployable_state(model)
        assert state.keys() == plain.state_dict().keys()
        untrained = logits_of(plain, rows, 2, torch.device("cpu"))
        plain.load_state_dict(state)
        trained = logits_of(plain, rows, 2, torch.device("cpu"))
        assert trained == pytest.approx(logits_of(model, rows, 2, torch.device("cpu")), abs=1e-5)
        assert trained != pytest.approx(untrained, abs=1e-2)

    def test_check_finds_nothing_wrong(self, spec: FullTuning | LoraTuning) -> None:
        assert tuning_for(spec).check(spec, CONFIG) == []


def test_lora_trains_adapters_and_head_only() -> None:
    model = tuning_for(LoraTuning()).apply(build(), LoraTuning())
    trained = {name for name, parameter in model.named_parameters() if parameter.requires_grad}
    for layer in range(2):
        for part in ("query", "value"):
            for matrix in ("A", "B"):
                trained.remove(
                    f"encoder.encoder.layer.{layer}.attention.self.{part}.lora_{matrix}.default.weight",
                )
    assert trained == {"head.weight", "head.bias"}
    assert count_parameters(model).trainable == 2 * 2 * 2 * 8 * 32 + 2 * 32 + 2


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        (RobertaConfig(), ("query", "value")),
        (AlbertConfig(), ("query", "value")),
        (DistilBertConfig(), ("q_lin", "v_lin")),
        (DebertaV2Config(), ("query_proj", "value_proj")),
        (MPNetConfig(), ("q", "v")),
        (ModernBertConfig(), ("Wqkv",)),
    ],
)
def test_targets_are_found_by_architecture(config: object, expected: tuple[str, ...]) -> None:
    assert attention_targets(encoder_from_config(config, meta=True)) == expected


def test_unknown_targets_are_told_early_and_late() -> None:
    spec = LoraTuning(targets=["query", "qeury"])
    (problem,) = TUNINGS["lora"].check(spec, CONFIG)
    assert problem.where == "tuning.targets"
    assert "'qeury'" in problem.message
    assert "query" in problem.hint
    with pytest.raises(InputError, match="qeury"):
        TUNINGS["lora"].apply(build(), spec)
    assert TUNINGS["lora"].check(LoraTuning(targets=[]), CONFIG)[0].where == "tuning.targets"
