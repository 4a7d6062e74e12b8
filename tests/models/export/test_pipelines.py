"""Exported folders in transformers' own pipelines say what the Predictor says."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from transformers import pipeline

from models.errors import InputError
from models.export import Origin, export
from models.predict import Predictor
from models.spec import (
    CnnModel,
    GptModel,
    HubModel,
    LoraTuning,
    PromptTuning,
    RnnModel,
    TinyModel,
    TransformerModel,
)
from tests.models.export.conftest import Trainer
from tests.models.export.encoders import save_encoder
from tests.models.tasks.checkpoints import save_checkpoint
from tests.models.tasks.sentences import ENTITIES, QUESTIONS, REVIEWS, STARS, STORIES, TOPICS, TRANSLATIONS

Code = Callable[[Path], dict[str, Any]]
ORIGIN = Origin("first, trial 3", "accuracy", 0.75, "abc123")
TEXTS = ["the soup was wonderful", "这碗饭不新鲜", "x", "", "the rice was terrible " * 9]
CLOSE = 1e-5


def hub(folder: Path, family: str, pooling: str) -> HubModel:
    return HubModel(name=family, id=save_encoder(folder, family), pooling=pooling)


def scores_of(found: list[dict[str, Any]]) -> dict[str, float]:
    return {one["label"]: one["score"] for one in found}


@pytest.mark.parametrize(
    "family", ["tiny mean", "bert cls", "roberta mean", "distilbert cls", "distilbert max", "electra last"]
)
def test_text_classification(family: str, trained: Trainer, tmp_path: Path, readme_code: Code) -> None:
    kind, pooling = family.split()
    model = TinyModel(pooling=pooling) if kind == "tiny" else hub(tmp_path / "model", kind, pooling)
    source = trained("text_classification", REVIEWS, model, LoraTuning() if kind == "roberta" else None)
    done = export(source, tmp_path / "out", ORIGIN)
    assert done.remote_code
    assert done.difference < CLOSE
    classify = readme_code(tmp_path / "out")["classify"]
    predictions = Predictor.load(source).predict(TEXTS)
    assert len({round(prediction["score"], 3) for prediction in predictions}) > 2
    for batch_size in (1, 5):
        found = classify(TEXTS, truncation=True, top_k=None, batch_size=batch_size)
        for one, prediction in zip(found, predictions, strict=True):
            assert scores_of(one) == pytest.approx(prediction["scores"], abs=CLOSE)
            assert one[0]["label"] == prediction["label"]


def test_without_trust_it_is_refused_and_not_loaded_wrongly(
    trained: Trainer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = trained("text_classification", REVIEWS, TinyModel(pooling="mean"))
    export(source, tmp_path / "out", ORIGIN)
    monkeypatch.setattr("builtins.input", lambda _: "n")
    with pytest.raises(ValueError, match="trust_remote_code"):
        pipeline("text-classification", str(tmp_path / "out"))


@pytest.mark.parametrize(
    "model",
    [
        CnnModel(vocabulary="bytes", hidden_size=8, filters=4),
        RnnModel(source="lstm", name="lstm", vocabulary="bytes", hidden_size=8),
        TransformerModel(vocabulary="learned", vocabulary_size=300, hidden_size=8, heads=2),
    ],
    ids=lambda model: model.source,
)
def test_networks_of_our_own_need_nothing_of_ours(
    model: CnnModel | RnnModel | TransformerModel, trained: Trainer, tmp_path: Path
) -> None:
    source = trained("text_classification", REVIEWS, model)
    assert export(source, tmp_path / "out", ORIGIN).remote_code
    code = (tmp_path / "out" / "README.md").read_text().split("```python\n")[1].split("```")[0]
    code += f"import json, sys\nfound = classify({TEXTS!r}, truncation=True, top_k=None, batch_size=3)\n"
    code += "assert not {'models', 'hpo', 'peft'} & set(sys.modules)\nprint(json.dumps(found))"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path / "out", capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    for one, prediction in zip(
        json.loads(done.stdout.splitlines()[-1]), Predictor.load(source).predict(TEXTS), strict=True
    ):
        assert scores_of(one) == pytest.approx(prediction["scores"], abs=CLOSE)


def test_pairs(trained: Trainer, tmp_path: Path, readme_code: Code) -> None:
    rows = [{"text_a": f"row {i}", "text_b": f"is {'even' if i % 2 else '单'}", "label": i % 2} for i in range(32)]
    source = trained("text_classification", rows, TinyModel(pooling="mean"))
    export(source, tmp_path / "out", ORIGIN)
    classify = readme_code(tmp_path / "out")["classify"]
    pairs = [("row 1", "is even"), ("第二行", "是双数")]
    found = [
        classify({"text": one, "text_pair": other}, truncation=True, top_k=None, padding=True) for one, other in pairs
    ]
    for one, prediction in zip(found, Predictor.load(source).predict(pairs), strict=True):
        assert scores_of(one) == pytest.approx(prediction["scores"], abs=CLOSE)


def test_multi_label(trained: Trainer, tmp_path: Path, readme_code: Code) -> None:
    source = trained("multi_label_classification", TOPICS, TinyModel(), steps=20)
    export(source, tmp_path / "out", ORIGIN)
    classify = readme_code(tmp_path / "out")["classify"]
    texts = [row["text"] for row in TOPICS[:6]]
    for one, prediction in zip(
        classify(texts, truncation=True, top_k=None), Predictor.load(source).predict(texts), strict=True
    ):
        assert scores_of(one) == pytest.approx(prediction["scores"], abs=CLOSE)
        assert {label for label, score in scores_of(one).items() if score > 0.5} == set(prediction["labels"])


def test_regression_on_the_scale_of_the_training_numbers(trained: Trainer, tmp_path: Path, readme_code: Code) -> None:
    source = trained("regression", STARS, TinyModel(pooling="mean"), steps=20)
    export(source, tmp_path / "out", ORIGIN)
    classify = readme_code(tmp_path / "out")["classify"]
    texts = [row["text"] for row in STARS[:6]]
    expected = [one["value"] for one in Predictor.load(source).predict(texts)]
    assert [one[0]["score"] for one in classify(texts, truncation=True, top_k=1)] == pytest.approx(expected, rel=CLOSE)
    assert 10 < sum(expected) / 6 < 100


@pytest.mark.parametrize("family", ["tiny", "distilbert", "roberta", "modernbert"])
def test_token_classification(family: str, trained: Trainer, tmp_path: Path, readme_code: Code) -> None:
    model = TinyModel() if family == "tiny" else hub(tmp_path / "model", family, "cls")
    source = trained("token_classification", ENTITIES, model)
    done = export(source, tmp_path / "out", ORIGIN)
    # ModernBERT's own class has one more layer before the head; in the others it is the same function.
    assert done.remote_code == (family == "modernbert")
    tag = readme_code(tmp_path / "out")["tag"]
    for row, prediction in zip(ENTITIES, Predictor.load(source).predict(ENTITIES), strict=True):
        begins = [len(" ".join(row["tokens"][:at])) + bool(at) for at in range(len(row["tokens"]))]
        for found in (tag(row["tokens"], is_split_into_words=True)[0], tag(" ".join(row["tokens"]))):
            first: dict[int, Any] = {}
            for entity in found:
                start = entity["start"] + (" ".join(row["tokens"])[entity["start"]] == " ")
                first.setdefault(start, entity)
            assert [first[at]["entity"] for at in begins] == prediction["tags"]
            assert [float(first[at]["score"]) for at in begins] == pytest.approx(prediction["scores"], abs=CLOSE)


@pytest.mark.parametrize("family", ["tiny", "distilbert", "bert"])
def test_question_answering(family: str, trained: Trainer, tmp_path: Path, readme_code: Code) -> None:
    model = TinyModel() if family == "tiny" else hub(tmp_path / "model", family, "cls")
    rows = [{**row, "context": f"{row['context']} {row['context']} 这是另一句话。"} for row in QUESTIONS]
    source = trained("question_answering", rows, model, stride=8, max_length=48, steps=20)
    done = export(source, tmp_path / "out", ORIGIN)
    assert not done.remote_code
    assert done.model_class.endswith("ForQuestionAnswering")
    assert done.pipeline is None
    answer = readme_code(tmp_path / "out")["answer"]
    predictions = Predictor.load(source).predict(rows)
    assert [answer(row["question"], row["context"]) for row in rows] == [one["answer"] for one in predictions]


@pytest.mark.parametrize("family", ["t5", "bart", "marian"])
def test_sequence_to_sequence(family: str, trained: Trainer, tmp_path: Path, readme_code: Code) -> None:
    texts = [text for row in TRANSLATIONS for text in row.values()]
    model = HubModel(name=family, id=save_checkpoint(tmp_path / "model", family, texts))
    source = trained("translation", TRANSLATIONS, model, steps=40, prefix="translate: ")
    done = export(source, tmp_path / "out", ORIGIN)
    assert not done.remote_code
    generate = readme_code(tmp_path / "out")["generate"]
    asked = [row["source"] for row in TRANSLATIONS[:8]]
    expected = [one["text"] for one in Predictor.load(source).predict(asked)]
    assert generate(asked) == expected
    assert any(expected)


def test_text_generation(trained: Trainer, tmp_path: Path, readme_code: Code) -> None:
    model = GptModel(vocabulary="bytes", hidden_size=16, layers=1, heads=2, positions=96)
    source = trained("language_modeling", STORIES, model, steps=40)
    done = export(source, tmp_path / "out", ORIGIN)
    assert (done.model_class, done.pipeline) == ("GPT2LMHeadModel", "text-generation")
    write = readme_code(tmp_path / "out")["write"]
    asked = ["i see a ", "我看见", "and so"]
    expected = [one["text"] for one in Predictor.load(source).predict(asked)]
    how = {"add_special_tokens": False, "return_full_text": False, "do_sample": False, "max_new_tokens": 12}
    assert [write(text, **how)[0]["generated_text"] for text in asked] == expected
    assert all(expected)


def test_readme_says_what_it_is(trained: Trainer, tmp_path: Path) -> None:
    export(trained("text_classification", REVIEWS, TinyModel()), tmp_path / "out", ORIGIN)
    text = (tmp_path / "out" / "README.md").read_text()
    for piece in ("text_classification", "first, trial 3", "accuracy 0.75", "abc123", "bad, good", "64 tokens"):
        assert piece in text


def test_what_cannot_be_exported_says_why_and_leaves_nothing(trained: Trainer, tmp_path: Path) -> None:
    source = trained("text_classification", REVIEWS, TinyModel(), PromptTuning(tokens=2))
    with pytest.raises(InputError, match=r"cannot be merged.*hpo predict"):
        export(source, tmp_path / "out", ORIGIN)
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "there").mkdir()
    with pytest.raises(InputError, match="there already"):
        export(source, tmp_path / "there", ORIGIN)
