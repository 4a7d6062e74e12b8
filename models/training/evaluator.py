"""What happens at an evaluation: measure, compare, save, report."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from models.data import PreparedData
from models.errors import TrainingDivergedError
from models.spec import TrainSpec
from models.tasks import Card, EvalSet, data_settings, goal_of, saved, task_for
from models.training.best import Best
from models.training.clock import Clock
from models.training.latency import prediction_ms
from models.training.memory import MIB, peak_mib
from models.training.pieces import fewer_at_once
from models.training.result import Evaluation
from models.training.trainer import Loop
from models.tuning import ParameterCounts, tuning_for

BEST_FOLDER = "best"


class Evaluator:
    """Evaluates on the validation rows whenever it is called, keeps the best weights, and reports.

    Attributes:
        best: The best evaluation so far.
        evaluations: All of them.
        stopped_early: Whether patience ended the training.
        weights: Folder of the best weights; None when none are kept.
    """

    def __init__(
        self,
        spec: TrainSpec,
        data: PreparedData,
        validation: EvalSet,
        clock: Clock,
        report: Callable[[Evaluation], None] | None,
        out_dir: Path | None,
        parameters: ParameterCounts,
        *,
        measure_latency: bool = False,
    ) -> None:
        self._spec, self._clock, self._report = spec, clock, report
        self._data, self._parameters = data, parameters
        self._measures_latency = measure_latency
        self._latency_ms: float | None = None
        self._size_mib: float | None = None
        self._task = task_for(spec.data)
        self._validation = validation
        self._folder = None if out_dir is None else out_dir / BEST_FOLDER
        self._card = Card(
            task=self._task.name,
            about=data.about,
            pooling=spec.model.pooling,
            data=data_settings(spec.data),
            tuning=asdict(spec.tuning),
            model=spec.model.name,
        )
        self._rows = spec.train.eval_batch_size
        self._samples_reported, self._train_s_reported = 0, 0.0
        self._metric, maximize = goal_of(self._task, spec)
        self.best = Best(maximize, spec.train.early_stopping_min_delta, spec.train.early_stopping_patience)
        self.evaluations: list[Evaluation] = []
        self.stopped_early = False
        self.weights: str | None = None

    def __call__(self, loop: Loop) -> bool:
        """Evaluate now. Returns whether the training is to stop.

        Raises:
            TrainingDivergedError: The training loss or a metric is NaN or infinite.
        """
        step, epoch = loop.state.global_step, float(loop.state.epoch)
        train_loss = loop.mean_loss()  # Waits for the GPU, so that the clock is right.
        self._clock.stop_training()
        train_s = self._clock.of("train") - self._train_s_reported
        self._train_s_reported += train_s
        eval_s_before = self._clock.of("eval")
        metrics = self._measure(loop)
        if self._measures_latency and self._latency_ms is None:
            self._measure_latency(loop)
        improved = self.best.update(metrics[self._metric], step, epoch)
        if improved and self._folder is not None:
            self._save(loop, self._folder)
        samples = loop.samples_seen - self._samples_reported
        self._samples_reported = loop.samples_seen
        assert self.best.value is not None
        evaluation = Evaluation(
            step=step,
            epoch=epoch,
            metrics=metrics,
            train_loss=train_loss,
            learning_rate=loop.last_learning_rate,
            train_s=train_s,
            eval_s=self._clock.of("eval") - eval_s_before,
            samples_per_s=samples / train_s if train_s > 0 else 0.0,
            peak_memory_mib=peak_mib(loop.args.device),
            micro_batch_size=loop.pieces.rows,
            improved=improved,
            best_value=self.best.value,
            weights=self.weights,
            last=self.best.exhausted or step >= loop.state.max_steps,
            stopped_early=self.best.exhausted and step < loop.state.max_steps,
            trainable_parameters=self._parameters.trainable,
            total_parameters=self._parameters.total,
            size_mib=self._size_mib,
            latency_ms=self._latency_ms,
        )
        self.evaluations.append(evaluation)
        if self._report is not None:
            self._report(evaluation)
        self.stopped_early = evaluation.stopped_early
        self._clock.start_training()
        return self.best.exhausted

    def progress(self) -> dict[str, Any]:
        """What was measured so far, for a checkpoint."""
        return {
            "best": {name: getattr(self.best, name) for name in ("value", "step", "epoch", "waited")},
            "evaluations": [asdict(evaluation) for evaluation in self.evaluations],
            "samples_reported": self._samples_reported,
            "train_s_reported": self._train_s_reported,
            "weights": self.weights,
        }

    def go_on(self, progress: dict[str, Any]) -> None:
        """Take over what `progress` gave."""
        for name, value in progress["best"].items():
            setattr(self.best, name, value)
        self.evaluations = [Evaluation(**evaluation) for evaluation in progress["evaluations"]]
        self._samples_reported, self._train_s_reported = progress["samples_reported"], progress["train_s_reported"]
        if progress["weights"] is not None and self._folder is not None:  # It may have been moved since.
            self.weights = str(self._folder)
        if self.evaluations:
            last = self.evaluations[-1]
            self._size_mib, self._latency_ms = last.size_mib, last.latency_ms

    def _measure(self, loop: Loop) -> dict[str, float]:
        device = loop.args.device
        most = min(self._rows, loop.pieces.share_of(self._spec.train.eval_batch_size))

        def measured(rows: int) -> dict[str, float]:
            return self._task.evaluate(loop.model, self._validation, rows, device)

        with self._clock.part("eval"):
            metrics, self._rows = fewer_at_once(measured, most, "an evaluation", device)
        for name, value in metrics.items():
            if not math.isfinite(value):
                raise TrainingDivergedError(f"the validation {name}", loop.state.global_step)
        return metrics

    def _measure_latency(self, loop: Loop) -> None:
        with self._clock.part("eval"):
            self._latency_ms = prediction_ms(self._task, loop.model, self._data, self._card, loop.args.device)

    def _save(self, loop: Loop, folder: Path) -> None:
        with self._clock.part("save"):
            state = tuning_for(self._spec.tuning).deployable_state(loop.model)
            saved.save(folder, self._card, loop.model.config, self._validation.data.tokenizers, state)
        self.weights = str(folder)
        self._size_mib = (folder / saved.WEIGHTS).stat().st_size / MIB
