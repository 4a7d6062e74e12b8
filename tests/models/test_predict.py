import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from models.errors import InputError
from models.predict import Predictor
from models.spec import FullTuning, LoraTuning, TinyModel, TrainSpec
from models.tasks.infer import Tokens, sorted_batches
from models.training import train

TEXTS = ["good joy", "bad dull cold bad dull cold", "nice", "poor poor poor", "warm warm joy good nice nice"]


@pytest.mark.parametrize("tuning", [FullTuning(), LoraTuning(rank=4)])
@pytest.mark.parametrize("pooling", ["cls", "mean"])
def test_saved_model_gives_what_training_measured(
    spec_of: Callable[..., TrainSpec], tmp_path: Path, tuning: FullTuning | LoraTuning, pooling: str
) -> None:
    model = TinyModel(dropout=0.0, pooling=pooling)
    spec = spec_of(model=model, tuning=tuning, epochs=6, learning_rate=5e-3, metric="loss", maximize=False)
    result = train(spec, out_dir=tmp_path)
    assert result.weights is not None
    predictor = Predictor.load(result.weights)
    rows = [json.loads(line) for line in Path(str(spec.data.validation)).read_text().splitlines()]
    predictions = predictor.predict([row["text"] for row in rows], batch_size=7)
    right = [prediction["label"] == row["label"] for prediction, row in zip(predictions, rows, strict=True)]
    best = next(e for e in result.evaluations if e.step == result.best_step)
    assert sum(right) / len(right) == pytest.approx(best.metrics["accuracy"])
    assert predictor.card.labels == ("down", "up")
    assert predictor.card.tuning["name"] == tuning.name


def test_order_scores_and_batches(spec_of: Callable[..., TrainSpec], tmp_path: Path) -> None:
    result = train(spec_of(epochs=8, learning_rate=5e-3), out_dir=tmp_path)
    predictor = Predictor.load(str(result.weights))
    alone = [predictor.predict([text])[0] for text in TEXTS]
    for batch_size in (1, 2, 5, None):
        for one, other in zip(predictor.predict(TEXTS, batch_size), alone, strict=True):
            assert one["scores"] == pytest.approx(other["scores"], abs=1e-6)
            assert one["score"] == max(one["scores"].values()) == one["scores"][one["label"]]
            assert sum(one["scores"].values()) == pytest.approx(1.0)
    assert len({round(prediction["score"], 4) for prediction in alone}) > 1
    assert predictor.predict([]) == []


def test_batches_by_tokens_hold_what_fits_and_every_row_once() -> None:
    lengths = np.array([3, 50, 1, 10, 10, 200, 4, 0])
    batches = sorted_batches(lengths, Tokens(100))
    assert sorted(np.concatenate(batches)) == list(range(8))
    assert [list(batch) for batch in batches] == [[5], [1, 3], [4, 6, 0, 2, 7]]
    for batch in batches:
        assert len(batch) == 1 or len(batch) * max(lengths[batch].max(), 1) <= 100


def test_memory_that_runs_out_makes_batches_smaller_and_changes_no_prediction(
    spec_of: Callable[..., TrainSpec], tmp_path: Path
) -> None:
    """The network refuses more than 40 tokens at once, as a full GPU does."""
    predictor = Predictor.load(str(train(spec_of(epochs=1), out_dir=tmp_path).weights))
    expected = predictor.predict(TEXTS)
    seen = []

    def refuse(module: torch.nn.Module, args: Any, kwargs: dict[str, torch.Tensor]) -> None:
        seen.append(kwargs["input_ids"].numel())
        if seen[-1] > 40:
            raise torch.OutOfMemoryError("full")

    predictor.network.register_forward_pre_hook(refuse, with_kwargs=True)
    for one, other in zip(predictor.predict(TEXTS), expected, strict=True):
        assert one["scores"] == pytest.approx(other["scores"], abs=1e-6)
    assert max(seen) > 40 >= seen[-1]
    smaller = len(seen)
    predictor.predict(TEXTS)
    assert max(seen[smaller:]) <= 40, "what did not fit once is not tried again"
    with pytest.raises(torch.OutOfMemoryError):
        predictor.predict(TEXTS, batch_size=5)


def test_pairs(spec_of: Callable[..., TrainSpec], tmp_path: Path) -> None:
    path = tmp_path / "pairs.jsonl"
    rows = [
        {"text_a": f"good {n}", "text_b": ("good", "bad")[n % 2], "label": ("same", "other")[n % 2]} for n in range(40)
    ]
    path.write_text("\n".join(map(json.dumps, rows)))
    data = replace(spec_of().data, train=str(path), validation=None, text="text_a", text_pair="text_b")
    result = train(spec_of(data=data, epochs=15, learning_rate=5e-3), out_dir=tmp_path)
    predictor = Predictor.load(str(result.weights))
    found = predictor.predict([("good 1", "good"), ("good 1", "bad")])
    assert [prediction["label"] for prediction in found] == ["same", "other"]
    with pytest.raises(InputError, match=r"inputs\[0\].*pair.*\n.*inputs\[2\].*pair"):
        predictor.predict(["alone", ("a", "b"), "again"])


def test_one_text_where_a_pair_is_given(spec_of: Callable[..., TrainSpec], tmp_path: Path) -> None:
    result = train(spec_of(epochs=1), out_dir=tmp_path)
    with pytest.raises(InputError, match=r"inputs\[1\].*one text"):
        Predictor.load(str(result.weights)).rows(["a", ("a", "b")])


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
def test_a_gpu_that_is_not_there_is_told(spec_of: Callable[..., TrainSpec], tmp_path: Path) -> None:
    result = train(spec_of(epochs=1), out_dir=tmp_path)
    with pytest.raises(InputError, match="gpu: torch sees no CUDA device"):
        Predictor.load(str(result.weights), gpu=True)


def test_wrong_folder(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="trained model's folder"):
        Predictor.load(tmp_path)
