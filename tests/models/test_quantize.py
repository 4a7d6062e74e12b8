"""Int8 linear layers: near what they stand for, saved and loaded; torch's own dynamic quantization as measure."""

import copy
import warnings
from pathlib import Path

import pytest
import torch
from torch import nn

from models.errors import InputError
from models.export import Origin, compact
from models.predict import Predictor
from models.quantize import Int8Linear, make_room, quantize
from models.spec import CnnModel, FileData, FullTuning, TinyModel, TrainParams, TrainSpec
from models.training import train
from tests.contract.task_contract import write_rows
from tests.models.tasks.sentences import REVIEWS


def layer(outputs: int = 64, *, bias: bool = True) -> nn.Linear:
    torch.manual_seed(0)
    made = nn.Linear(48, outputs, bias=bias)
    with torch.no_grad():
        made.weight[0] *= 50  # One large row must not cost the others their digits.
        made.weight[1] = 0
    return made


@pytest.mark.parametrize("bias", [True, False])
def test_outputs_are_near_those_of_the_layer(bias: bool) -> None:
    linear = layer(bias=bias)
    input_blh = torch.randn(3, 7, 48)
    wanted, found = linear(input_blh).detach(), Int8Linear.of(linear)(input_blh)
    assert found.shape == wanted.shape
    error_o = (found - wanted).abs().amax(dim=(0, 1))
    # Seven bits for the input over its range: half a step for each of 48 weights would be the worst.
    step = float(input_blh.max() - input_blh.min()) / 127
    assert (error_o <= linear.weight.detach().abs().sum(dim=1) * step + 1e-6).all()
    assert 0 < float(error_o[2:].max()) < 0.1


def test_a_scale_for_each_output_is_nearer_than_torchs_one_for_all() -> None:
    linear = layer()
    input_bh = torch.randn(256, 48)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = torch.ao.quantization.quantize_dynamic(nn.Sequential(copy.deepcopy(linear)), {nn.Linear})
        their_error = (theirs(input_bh) - linear(input_bh)).detach().abs()[:, 2:].mean()
    error = (Int8Linear.of(linear)(input_bh) - linear(input_bh)).detach().abs()[:, 2:].mean()
    assert error < their_error / 2


def test_nothing_is_warned_of(recwarn: pytest.WarningsRecorder) -> None:
    Int8Linear.of(layer())(torch.randn(2, 48))
    assert [str(one.message) for one in recwarn.list] == []


class Holder(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.backbone = nn.Sequential(layer(), nn.ReLU(), nn.Linear(64, 3, bias=False))
        self.head = nn.Linear(3, 2)


def test_a_saved_state_makes_its_own_room() -> None:
    one, other = Holder(), Holder()
    quantize(one)
    assert type(one.head) is nn.Linear
    state = one.state_dict()
    make_room(other, state)
    other.load_state_dict(state)
    input_bh = torch.randn(5, 48)
    assert torch.equal(one.backbone(input_bh), other.backbone(input_bh))


def spec_of(model: TinyModel | CnnModel, folder: Path) -> TrainSpec:
    path = write_rows(folder / "rows.jsonl", REVIEWS)
    data = FileData(source="json", task="text_classification", train=path, validation=path, test_fraction=0.0)
    params = TrainParams(max_steps=60, learning_rate=5e-3, precision="fp32", batch_size=8)
    return TrainSpec(data=data, model=model, tuning=FullTuning(), train=params, cache_dir=str(folder / "cache"))


def test_compact_folder_predicts_alike_and_is_smaller_and_says_what_was_measured(tmp_path: Path) -> None:
    spec = spec_of(TinyModel(hidden_size=64, dropout=0.0), tmp_path)
    result = train(spec, None, tmp_path / "out")
    source = Path(str(result.weights))
    done = compact(source, tmp_path / "small", Origin("first, trial 1"), spec)
    one, other = Predictor.load(source), Predictor.load(tmp_path / "small")
    assert other.card.quantized == "int8"
    texts = [row["text"] for row in REVIEWS]
    for before, after in zip(one.predict(texts), other.predict(texts), strict=True):
        assert after["scores"] == pytest.approx(before["scores"], abs=0.1)
        assert after["scores"] != before["scores"]
    assert done.after.mib < 0.6 * done.before.mib
    assert done.before.metric == pytest.approx(result.best_value)
    right = [found["label"] == row["label"] for found, row in zip(other.predict(texts), REVIEWS, strict=True)]
    assert done.after.metric == pytest.approx(sum(right) / len(right))
    text = (tmp_path / "small" / "README.md").read_text()
    for row in done.rows():
        assert f"| {' | '.join(row)} |" in text
    assert set(done.before.ms_per_row) == {1, 32}
    assert "first, trial 1" in text
    with pytest.raises(InputError, match="quantized to int8 already"):
        compact(tmp_path / "small", tmp_path / "smaller", Origin("x"), spec)


def test_a_model_without_linear_layers_is_refused_and_nothing_is_left(tmp_path: Path) -> None:
    spec = spec_of(CnnModel(vocabulary="bytes", hidden_size=8, filters=4), tmp_path)
    result = train(spec, None, tmp_path / "out")
    with pytest.raises(InputError, match="CnnEncoder has none"):
        compact(Path(str(result.weights)), tmp_path / "small", Origin("x"), spec)
    assert not [path for path in tmp_path.iterdir() if "small" in path.name]
