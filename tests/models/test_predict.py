import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from models.errors import InputError
from models.predict import Predictor
from models.spec import FullTuning, LoraTuning, TinyModel, TrainSpec
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
    right = [prediction.label == row["label"] for prediction, row in zip(predictions, rows, strict=True)]
    best = next(e for e in result.evaluations if e.step == result.best_step)
    assert sum(right) / len(right) == pytest.approx(best.metrics["accuracy"])
    assert predictor.card.labels == ("down", "up")
    assert predictor.card.tuning == tuning.name


def test_order_scores_and_batches(spec_of: Callable[..., TrainSpec], tmp_path: Path) -> None:
    result = train(spec_of(epochs=8, learning_rate=5e-3), out_dir=tmp_path)
    predictor = Predictor.load(str(result.weights))
    together, alone = predictor.predict(TEXTS, batch_size=2), [predictor.predict([text])[0] for text in TEXTS]
    for one, other in zip(together, alone, strict=True):
        assert one.scores == pytest.approx(other.scores, abs=1e-5)
        assert one.score == max(one.scores.values()) == one.scores[one.label]
        assert sum(one.scores.values()) == pytest.approx(1.0)
    assert len({round(prediction.score, 4) for prediction in together}) > 1
    assert predictor.predict([]) == []


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
    assert [prediction.label for prediction in found] == ["same", "other"]
    with pytest.raises(InputError, match=r"texts\[0\].*pair"):
        predictor.predict(["alone"])


def test_one_text_where_a_pair_is_given(spec_of: Callable[..., TrainSpec], tmp_path: Path) -> None:
    result = train(spec_of(epochs=1), out_dir=tmp_path)
    with pytest.raises(InputError, match="one text"):
        Predictor.load(str(result.weights)).predict([("a", "b")])


def test_wrong_folder(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="trained model's folder"):
        Predictor.load(tmp_path)
