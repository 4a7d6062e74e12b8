"""Multi-task learning through the task contract, and what the parts share and what they do not."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar, cast

import numpy as np
import pytest
import torch

from models.data import PreparedData, prepare
from models.errors import InputError
from models.metrics import METRICS
from models.metrics.entities import token_classification_scores
from models.predict import Predictor
from models.spec import FileData, FullTuning, ModelSpec, MultiTaskData, TinyModel, TrainParams, TrainSpec
from models.tasks import TASKS, EvalSet, goal_of, task_for
from models.tasks.encoder import EncoderTask
from models.tasks.heads import HeadNetwork
from models.tasks.infer import batches_of, inference
from models.tasks.multi_task import MultiTask
from models.tasks.multi_task_network import MultiTaskNetwork
from models.tasks.part_rows import PartRows
from models.tasks.rows import inputs_of
from models.training import check_spec, train
from tests.contract.task_contract import SHORT, TaskContract, write_rows
from tests.models.tasks.sentences import ENTITIES, QUESTIONS, REVIEWS, STARS, TOPICS

CPU = torch.device("cpu")
KEYS = ("task", "text", "tokens", "question", "context")
EVERY: dict[str, tuple[str, Sequence[Mapping[str, Any]]]] = {
    "reviews": ("text_classification", REVIEWS),
    "entities": ("token_classification", ENTITIES),
    "stars": ("regression", STARS),
    "topics": ("multi_label_classification", TOPICS),
    "answers": ("question_answering", QUESTIONS),
}


def data_of(folder: Path, parts: Mapping[str, Sequence[Mapping[str, Any]]], **settings: Any) -> MultiTaskData:
    """The parts' rows as files, the same for training and validation."""
    tasks = {}
    for name, rows in parts.items():
        path = write_rows(folder / f"{name}.jsonl", rows)
        tasks[name] = {"source": "json", "task": EVERY[name][0], "train": path, "validation": path}
    return MultiTaskData(tasks=tasks, test_fraction=0.0, max_length=64, **settings)


class TestMultiTask(TaskContract):
    task = "multi_task"
    rows = (
        *({"task": "reviews", **row} for row in REVIEWS[:16]),
        *({"task": "entities", **row} for row in ENTITIES[:16]),
    )
    overfitting: ClassVar = {"epochs": 40, "learning_rate": 1e-2}
    best: ClassVar = {"score": 0.95, "reviews/accuracy": 0.95, "entities/f1": 0.95}

    @pytest.fixture(scope="class")
    @classmethod
    def spec(cls, model: ModelSpec, cache_dir: str, tmp_path_factory: pytest.TempPathFactory) -> TrainSpec:
        parts = {name: [row for row in cls.rows if row["task"] == name] for name in ("reviews", "entities")}
        data = data_of(tmp_path_factory.mktemp("parts"), parts)
        params = TrainParams(**SHORT)
        return TrainSpec(data, model, FullTuning(), params, metric="loss", maximize=False, cache_dir=cache_dir)

    def inputs(self, rows: Sequence[Mapping[str, Any]]) -> list[Any]:
        return [{key: row[key] for key in KEYS if key in row} for row in rows]

    def check_predictions(self, predictor: Predictor, reached: Mapping[str, float]) -> None:
        found = predictor.predict(self.inputs(self.rows))
        assert [one["task"] for one in found] == [row["task"] for row in self.rows]
        reviews = [(row["label"], one["label"]) for row, one in zip(self.rows, found, strict=True) if "label" in row]
        assert sum(true == said for true, said in reviews) / 16 == reached["reviews/accuracy"]
        tags = [(row["tags"], one["tags"]) for row, one in zip(self.rows, found, strict=True) if "tags" in row]
        labels = predictor.card.of_part("entities").labels
        true, said = ([[labels.index(tag) for tag in pair[side]] for pair in tags] for side in (0, 1))
        assert token_classification_scores(true, said, labels)["f1"] == pytest.approx(reached["entities/f1"])


@pytest.fixture(scope="module")
def every(tmp_path_factory: pytest.TempPathFactory, cache_dir: str) -> TrainSpec:
    """A part of each task that can share an encoder, of uneven sizes and weights."""
    parts = {name: rows[: 32 - 4 * at] for at, (name, (_, rows)) in enumerate(EVERY.items())}
    data = data_of(tmp_path_factory.mktemp("every"), parts, weights={"stars": 3.0, "topics": 0.5})
    data.tasks["answers"]["max_length"] = 48
    model = TinyModel(pooling="max", hidden_size=16, dropout=0.0)
    params = TrainParams(epochs=2, batch_size=8, learning_rate=1e-2, precision="fp32", class_weights="balanced")
    return TrainSpec(data, model, FullTuning(), params, cache_dir=cache_dir)


@pytest.fixture(scope="module")
def data(every: TrainSpec) -> PreparedData:
    return prepare(every.data, every.model, every.cache_dir)


@pytest.fixture
def network(every: TrainSpec, data: PreparedData) -> MultiTaskNetwork:
    return cast(MultiTaskNetwork, task_for(every.data).build(every.model, data, seed=1))


def test_parts_are_the_tasks_on_an_encoder_whose_metric_is_maximized() -> None:
    encoders = {name for name, task in TASKS.items() if isinstance(task, EncoderTask)}
    assert encoders == {task for task, _ in EVERY.values()}
    assert encoders == {name for name, task in TASKS.items() if task.kind == "encoder" and name != "multi_task"}
    assert all(next(iter(METRICS[name].values())) for name in encoders)


def test_every_weight_of_the_network_has_one_name(network: MultiTaskNetwork) -> None:
    names = set(network.state_dict())
    assert names == {name for name, _ in network.named_parameters(remove_duplicate=False)}
    assert len(names) == len({id(parameter) for parameter in network.parameters()})
    heads = {f"heads.part_{name}.{kind}" for name in EVERY for kind in ("weight", "bias")}
    assert network.new_parameters() == heads == {name for name in names if not name.startswith("backbone.")}


def test_heads_begin_apart_from_each_other_and_as_the_seed_says(every: TrainSpec, data: PreparedData) -> None:
    one, same, other = (
        cast(MultiTaskNetwork, task_for(every.data).build(every.model, data, seed)) for seed in (1, 1, 2)
    )
    reviews, answers = one.head_of("reviews").weight, one.head_of("answers").weight
    assert reviews.shape == answers.shape
    assert not torch.equal(reviews, answers)
    assert torch.equal(reviews, same.head_of("reviews").weight)
    assert not torch.equal(reviews, other.head_of("reviews").weight)


@pytest.mark.parametrize("part", range(len(EVERY)), ids=list(EVERY))
def test_a_batch_trains_the_encoder_and_its_own_head_alone(
    every: TrainSpec, data: PreparedData, network: MultiTaskNetwork, part: int
) -> None:
    rows = cast(PartRows, EvalSet.of(data, "train").rows)
    first = sum(len(one) for one in rows.parts[:part])
    batch = rows.batch(np.arange(first, first + 6))
    before = {name: value.detach().clone() for name, value in network.named_parameters()}
    optimizer = torch.optim.AdamW(network.parameters(), lr=1e-2, weight_decay=0.1)
    criterion = task_for(every.data).criterion(rows, data.about, every.train)
    criterion.loss_sum(network(**inputs_of(batch)), batch).backward()
    optimizer.step()
    changed = {name for name, value in network.named_parameters() if not torch.equal(value, before[name])}
    own = f"heads.part_{list(EVERY)[part]}"
    heads = {name for name in changed if name.startswith("heads.")}
    # A softmax over places does not see a bias: its gradient is zero up to rounding.
    assert heads | {f"{own}.bias"} == {f"{own}.weight", f"{own}.bias"}
    assert any(name.startswith("backbone.encoder.layer.0.") for name in changed)


def test_a_row_counts_alike_in_every_part(every: TrainSpec, data: PreparedData, network: MultiTaskNetwork) -> None:
    rows = cast(PartRows, EvalSet.of(data, "train").rows)
    whole = task_for(every.data).criterion(rows, data.about, every.train)
    first = 0
    for number, (name, part) in enumerate(zip(EVERY, rows.parts, strict=True)):
        own = TASKS[EVERY[name][0]].criterion(part, data.about["abouts"][name], every.train)
        batches = [rows.batch(index_b) for index_b in np.array_split(np.arange(first, first + len(part)), 5)]
        assert sum(whole.weight_of(batch) for batch in batches) == pytest.approx(len(part)), number
        with inference(network):
            outputs = network(**inputs_of(batches[0]))
        means = [float(one.loss_sum(outputs, batches[0])) / one.weight_of(batches[0]) for one in (whole, own)]
        assert means[0] == pytest.approx(means[1])
        first += len(part)


def test_parts_are_measured_as_by_themselves_and_the_score_is_their_weighted_mean(
    every: TrainSpec, data: PreparedData, network: MultiTaskNetwork
) -> None:
    split = EvalSet.of(data, "validation")
    network.train()
    found = task_for(every.data).evaluate(network, split, 7, CPU)
    assert all(module.training for module in network.modules())  # As it was.
    alone = {
        name: TASKS[task].evaluate(HeadNetwork(network.backbone, network.head_of(name)), split.parts[name], 7, CPU)
        for name, (task, _) in EVERY.items()
    }
    assert {name: value for name, value in found.items() if "/" in name} == {
        f"{part}/{name}": pytest.approx(value) for part, metrics in alone.items() for name, value in metrics.items()
    }
    usual = "reviews/accuracy", "entities/f1", "stars/spearman", "topics/micro_f1", "answers/f1"
    weights = 1.0, 1.0, 3.0, 0.5, 1.0
    hand = sum(weight * found[name] for weight, name in zip(weights, usual, strict=True)) / 6.5
    assert found["score"] == pytest.approx(hand)
    losses = [found[f"{name}/loss"] for name in EVERY]
    assert found["loss"] == pytest.approx(sum(w * loss for w, loss in zip(weights, losses, strict=True)) / 6.5)


def test_metrics_and_their_directions(every: TrainSpec) -> None:
    metrics = task_for(every.data).metrics(every.data)
    assert next(iter(metrics)) == "score"
    assert (metrics["score"], metrics["loss"], metrics["stars/mse"], metrics["topics/macro_f1"]) == (
        True,
        False,
        False,
        True,
    )
    assert goal_of(task_for(every.data), every) == ("score", True)
    assert goal_of(task_for(every.data), replace(every, metric="stars/mse")) == ("stars/mse", False)
    assert check_spec(replace(every, metric="stars/mse", maximize=False)) == []
    (problem,) = check_spec(replace(every, metric="stars/mse", maximize=True))
    assert (problem.where, problem.message) == ("sweep.direction", "stars/mse must be minimized, got maximize")


def test_one_model_answers_for_every_part(every: TrainSpec, tmp_path: Path) -> None:
    result = train(every, None, tmp_path)
    measured = result.evaluations[-1].metrics
    assert set(measured) == set(task_for(every.data).metrics(every.data))
    inputs = [
        {"task": "stars", "text": "film superb"},
        {"task": "entities", "tokens": ["Anna", "left", "Rome"]},
        {"task": "reviews", "text": "the soup was wonderful"},
        {"task": "answers", "question": "who?", "context": "Anna lives in Rome now."},
        {"task": "topics", "text": "room one, good food"},
        {"task": "stars", "text": "book awful"},
    ]
    one, other = (Predictor.load(str(result.weights)) for _ in range(2))
    found = one.predict(inputs)
    assert found == other.predict(inputs)
    assert [row["task"] for row in found] == [row["task"] for row in inputs]
    assert one.card.of_part("stars").data_spec.max_length == 64
    assert one.card.of_part("answers").data_spec.max_length == 48
    keys = [set(row) - {"task", "scores", "score"} for row in found]
    assert keys == [{"value"}, {"tokens", "tags"}, {"label"}, {"answer", "start", "end"}, {"labels"}, {"value"}]
    for given, prediction in zip(inputs, found, strict=True):
        (alone,) = one.predict([given])
        for key, value in alone.items():
            assert prediction[key] == (pytest.approx(value, abs=1e-4) if isinstance(value, (float, dict)) else value)


@pytest.fixture(scope="module")
def predictor(every: TrainSpec, tmp_path_factory: pytest.TempPathFactory) -> Predictor:
    short = replace(every, train=replace(every.train, max_steps=1))
    return Predictor.load(str(train(short, None, tmp_path_factory.mktemp("short")).weights))


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ("a text", "reviews, entities, stars, topics, answers; got 'a text'"),
        ({"text": "a text"}, "key task, one of reviews"),
        ({"task": "review", "text": "a text"}, "got {'task': 'review'"),
        ({"task": ["reviews"], "text": "a text"}, "got {'task': ['reviews']"),
        ({"task": "answers", "question": "who?"}, "must have the keys question, context"),
        ({"task": "reviews"}, "must be a text"),
        ({"task": "reviews", "text": "one", "text_pair": "two"}, "must be one text, as in training"),
    ],
    ids=str,
)
def test_inputs_that_no_part_can_read(predictor: Predictor, given: object, says: str) -> None:
    good = [{"task": "stars", "text": "film superb"}, {"task": "reviews", "text": "the soup"}]
    with pytest.raises(InputError) as caught:
        predictor.predict([*good, given])
    (problem,) = caught.value.problems
    assert problem.where == "inputs[2]"
    assert says in problem.message


def test_all_bad_inputs_are_told(predictor: Predictor) -> None:
    with pytest.raises(InputError) as caught:
        predictor.predict([{"task": "answers"}, {"task": "stars", "text": "good"}, {}])
    assert [problem.where for problem in caught.value.problems] == ["inputs[0]", "inputs[2]"]


@pytest.mark.parametrize(
    ("task", "says"),
    [
        ("language_modeling", "of the kind causal, and its perplexity is minimized"),
        ("translation", "of the kind seq2seq"),
        ("multi_task", "cannot be a part of itself"),
    ],
)
def test_tasks_that_cannot_be_parts(every: TrainSpec, task: str, says: str) -> None:
    known = cast(MultiTaskData, every.data).tasks
    data = replace(every.data, tasks={**known, "other": {**known["reviews"], "task": task}})
    (problem,) = check_spec(replace(every, data=data, metric="other/loss", maximize=False))
    assert problem.where == "data.tasks.other.task"
    assert says in problem.message


def test_data_of_one_set_is_no_multi_task(every: TrainSpec) -> None:
    (problem,) = check_spec(replace(every, data=FileData(source="json", task="multi_task", train="rows.jsonl")))
    assert (problem.where, problem.hint) == ("data.task", "take data=multi_task, and name them in data.tasks")


def test_checks_look_into_the_parts(every: TrainSpec) -> None:
    known = dict(cast(MultiTaskData, every.data).tasks)
    known["stars"] = {**known["stars"], "max_length": 1000}
    data = replace(every.data, tasks=known, max_length=600)
    params = replace(every.train, token_deletion=0.1)
    problems = check_spec(replace(every, data=data, train=params, metric="reviews/acuracy"))
    assert [(problem.where, problem.message.split(",")[0]) for problem in problems if "token" in problem.where] == [
        ("train.token_deletion", "must be 0 for token_classification"),
        ("train.token_deletion", "must be 0 for question_answering"),
    ]
    assert {problem.where for problem in problems} == {
        "sweep.metric",
        "train.token_deletion",
        "data.max_length",
        "data.tasks.stars.max_length",
    }
    assert any("did you mean reviews/accuracy" in problem.hint for problem in problems)


def test_a_skeleton_has_the_shapes_that_are_known(every: TrainSpec) -> None:
    known = cast(MultiTaskData, every.data).tasks
    named = {**known, "reviews": {**known["reviews"], "labels": ["bad", "good", "none"]}}
    task = cast(MultiTask, task_for(every.data))
    spec = replace(every, data=replace(every.data, tasks=named))
    config = task.build(every.model, prepare(every.data, every.model, every.cache_dir), 0).config
    skeleton = cast(MultiTaskNetwork, task.skeleton(config, spec))
    assert [skeleton.head_of(name).out_features for name in EVERY] == [3, 2, 1, 2, 2]
    assert all(parameter.is_meta for parameter in skeleton.parameters())


def test_the_number_in_a_batch_chooses_the_head(data: PreparedData, network: MultiTaskNetwork) -> None:
    rows = cast(PartRows, EvalSet.of(data, "train").rows)
    index_b, batch = next(batches_of(rows.parts[0], 4, CPU))
    with inference(network):
        own, other = (network(part=torch.tensor(number), **inputs_of(batch)) for number in (0, 4))
        expected = HeadNetwork(network.backbone, network.head_of("reviews")).eval()(**inputs_of(batch))
    assert len(index_b) == 4
    assert torch.equal(own, expected)
    assert other.shape == (*batch["input_ids"].shape, 2)
