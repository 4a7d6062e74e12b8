"""What every task must hold, with every tuning strategy that it claims to work with.

A test class inherits this and gives the rows, the model, and what the task refuses. Everything runs through the
public face: `check_spec`, `train`, `Predictor`.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar

import pytest
import torch
from safetensors.torch import load_file

from models.data import prepare
from models.predict import Predictor
from models.spec import EncoderDecoderModel, FileData, FullTuning, ModelSpec, TinyModel, TrainParams, TrainSpec
from models.tasks import EvalSet, task_for
from models.training import Evaluation, TrainResult, check_spec, train
from models.tuning import TUNINGS
from tests.contract.task_strategies import ADDED, NO_4_BITS, RATES, STRATEGIES, intended

# Four steps an epoch, so that the mean loss between two evaluations is that of all rows; the checkpoint of step 6 lies
# in the middle of the second epoch.
SHORT: dict[str, Any] = {
    "batch_size": 4,
    "gradient_accumulation_steps": 2,
    "max_steps": 8,
    "eval_every_steps": 4,
    "checkpoint_every_steps": 3,
    "lr_schedule": "constant",
    "warmup_fraction": 0.0,
    "precision": "fp32",
}
LONG: dict[str, Any] = {
    "batch_size": 8,
    "gradient_accumulation_steps": 1,
    "max_steps": None,
    "eval_every_steps": None,
    "checkpoint_every_steps": None,
    "lr_schedule": "linear",
}
MEASURED = 1e-5  # Tolerance of a metric: batches of another size round otherwise.
RESUMED = 1e-6  # Tolerance of a weight.


@dataclass(frozen=True)
class Trained:
    """A finished training.

    Attributes:
        strategy: Name of the tuning strategy.
        before: The network's parameters before it.
        after: The saved weights.
        interrupted: What a process that is killed before the last evaluation is over leaves in its folder.
    """

    strategy: str
    spec: TrainSpec
    result: TrainResult
    before: Mapping[str, torch.Tensor]
    after: Mapping[str, torch.Tensor]
    interrupted: Path


class TaskContract:
    """Inherit, and give the class variables; `model` where the tiny encoder will not do."""

    task: ClassVar[str]
    """Its name."""
    network: ClassVar[str] = "bert"
    """A name in `NETWORKS`."""
    rows: ClassVar[Sequence[Mapping[str, Any]]]
    """32 of them, as they stand in a file."""
    sizes: ClassVar[Mapping[str, Any]] = {"hidden_size": 16, "layers": 2, "heads": 2, "dropout": 0.02}
    """Of every model."""
    data: ClassVar[Mapping[str, Any]] = {}
    """Settings of the data, beside the defaults of `spec`."""
    refused: ClassVar[Mapping[str, str]] = {}
    """Strategies that do not fit the network, each with the config path of the complaint."""
    slow: ClassVar[frozenset[str]] = frozenset()
    """Strategies that are left to the slow tier."""
    overfitting: ClassVar[Mapping[str, Any]] = {}
    """Settings of a training that learns the rows by heart."""
    best: ClassVar[Mapping[str, float]]
    """What such a training must reach: metrics, each with its bound; the first chooses."""

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """A test that names `strategy` runs with each that the task works with."""
        if "strategy" in metafunc.fixturenames:
            names = [name for name in STRATEGIES if name not in {**self.refused, **NO_4_BITS}]
            marks = {name: [pytest.mark.slow] if name in self.slow else [] for name in names}
            values = [pytest.param(name, marks=marks[name]) for name in names]
            metafunc.parametrize("strategy", values, scope="class")

    @pytest.fixture(scope="class")
    @classmethod
    def model(cls, tmp_path_factory: pytest.TempPathFactory) -> ModelSpec:
        return TinyModel(pooling="max", **cls.sizes)

    @pytest.fixture(scope="class")
    @classmethod
    def spec(cls, model: ModelSpec, cache_dir: str, tmp_path_factory: pytest.TempPathFactory) -> TrainSpec:
        path = write_rows(tmp_path_factory.mktemp("rows") / "rows.jsonl", cls.rows)
        data = FileData(source="json", task=cls.task, train=path, validation=path, test_fraction=0.0)
        return TrainSpec(
            data=replace(data, max_length=64, max_target_length=32, **cls.data),
            model=model,
            tuning=FullTuning(),
            train=TrainParams(**SHORT),
            metric="loss",
            maximize=False,
            cache_dir=cache_dir,
        )

    @pytest.fixture(scope="class")
    @classmethod
    def trained(cls, strategy: str, spec: TrainSpec, tmp_path_factory: pytest.TempPathFactory) -> Trained:
        rate = RATES.get(strategy, 1e-2)
        chosen = replace(spec, tuning=STRATEGIES[strategy], train=replace(spec.train, learning_rate=rate))
        assert check_spec(chosen) == []
        folder = tmp_path_factory.mktemp("trained")

        def keep(evaluation: Evaluation) -> None:
            if evaluation.last:
                shutil.copytree(folder / "out", folder / "interrupted")

        result = train(chosen, keep, folder / "out")
        return Trained(strategy, chosen, result, untrained(chosen), weights_of(result), folder / "interrupted")

    def test_every_strategy_is_tried_or_refused_where_expected(self, spec: TrainSpec) -> None:
        assert STRATEGIES.keys() == TUNINGS.keys()
        problems = {name: check_spec(replace(spec, tuning=tuning)) for name, tuning in STRATEGIES.items()}
        found = {name: where[0].where for name, where in problems.items() if where}
        assert found == {**self.refused, **NO_4_BITS}

    def test_the_loss_falls(self, trained: Trained) -> None:
        first, last = trained.result.evaluations[0], trained.result.evaluations[-1]
        assert last.metrics["loss"] < first.metrics["loss"]  # Of the training rows, without the chance of dropout.
        assert trained.result.best_step == last.step == SHORT["max_steps"]

    def test_only_the_intended_parameters_change(self, trained: Trained) -> None:
        changed = {name for name, value in trained.before.items() if not torch.equal(trained.after[name], value)}
        before = trained.before.items()
        assert changed == {name for name, value in before if intended(trained.strategy, self.network, name, value)}
        added = {name for name in trained.after if name.startswith(("backbone.soft_prompt", "backbone.prefix"))}
        assert added == ADDED.get(trained.strategy, set())

    def test_what_was_saved_predicts_what_was_measured(self, trained: Trained) -> None:
        spec, weights = trained.spec, str(trained.result.weights)
        one, other = Predictor.load(weights), Predictor.load(weights)
        validation = EvalSet.of(prepare(spec.data, spec.model, spec.cache_dir), "validation", spec.data.num_beams)
        measured = task_for(spec.data).evaluate(one.network, validation, 7, torch.device("cpu"))
        assert measured == pytest.approx(trained.result.evaluations[-1].metrics, abs=MEASURED, rel=MEASURED)
        inputs = self.inputs(self.rows[:3])
        assert one.predict(inputs) == other.predict(inputs)

    def test_a_prediction_can_be_timed(self, spec: TrainSpec) -> None:
        params = replace(spec.train, max_steps=1, gradient_accumulation_steps=1)
        (evaluation,) = train(replace(spec, train=params), measure_latency=True).evaluations
        assert evaluation.latency_ms is not None
        assert evaluation.latency_ms > 0

    def test_resumed_within_an_epoch_it_ends_with_the_same_weights(self, trained: Trained) -> None:
        reported: list[Evaluation] = []
        resumed = train(trained.spec, reported.append, trained.interrupted, resume=True)
        assert [evaluation.step for evaluation in reported] == [SHORT["max_steps"]]  # It did not begin anew.
        same_ending(resumed, trained.result)

    def test_full_fine_tuning_overfits_32_examples(self, spec: TrainSpec, tmp_path: Path) -> None:
        assert len({json.dumps(row, sort_keys=True) for row in self.rows}) == 32
        metric = next(iter(self.best))
        train_params = replace(spec.train, **{**LONG, **self.overfitting})
        params = replace(train_params, eval_every_epochs=train_params.epochs)
        still = without_dropout(spec.model)
        result = train(replace(spec, model=still, train=params, metric=metric, maximize=None), None, tmp_path)
        reached = result.evaluations[-1].metrics
        goals = task_for(spec.data).metrics(spec.data)
        missed = {
            name: reached[name]
            for name, bound in self.best.items()
            if (reached[name] < bound if goals[name] else reached[name] > bound)
        }
        assert not missed
        self.check_predictions(Predictor.load(str(result.weights)), reached)

    def inputs(self, rows: Sequence[Mapping[str, Any]]) -> list[Any]:
        """What a person would give to predict these rows."""
        return [row["text"] for row in rows]

    def check_predictions(self, predictor: Predictor, reached: Mapping[str, float]) -> None:
        """The predictions of all rows, from a model that knows them by heart, must earn the metrics `reached`."""
        raise NotImplementedError  # Abstract: each task's test says how its predictions are judged.


def write_rows(path: Path, rows: Sequence[Mapping[str, Any]]) -> str:
    """Write rows as JSON lines; returns the path."""
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return str(path)


def same_ending(resumed: TrainResult, whole: TrainResult) -> None:
    """Two trainings that must not differ, one of which was interrupted."""
    for one, other in zip(resumed.evaluations, whole.evaluations, strict=True):
        assert one.train_loss == pytest.approx(other.train_loss, abs=MEASURED)
        assert one.metrics == pytest.approx(other.metrics, abs=MEASURED, rel=MEASURED)
    weights = weights_of(resumed)
    for name, value in weights_of(whole).items():
        assert torch.allclose(weights[name], value, rtol=0.0, atol=RESUMED), name


def untrained(spec: TrainSpec) -> dict[str, torch.Tensor]:
    """The parameters of the network that the task builds, before any strategy touches it."""
    data = prepare(spec.data, spec.model, spec.cache_dir)
    network = task_for(spec.data).build(spec.model, data, spec.train.seed)
    return {name: parameter.detach().clone() for name, parameter in network.named_parameters()}


def without_dropout(model: ModelSpec) -> ModelSpec:
    """The model with nothing that hinders learning by heart."""
    if isinstance(model, EncoderDecoderModel):
        return replace(model, encoder=without_dropout(model.encoder), decoder=without_dropout(model.decoder))
    return replace(model, dropout=0.0)


def weights_of(result: TrainResult) -> dict[str, torch.Tensor]:
    """The best weights that a training kept."""
    return load_file(Path(str(result.weights)) / "model.safetensors")
