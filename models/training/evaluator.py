"""What happens at an evaluation: measure, compare, save, report."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

from models.data import PreparedData
from models.errors import TrainingDivergedError
from models.spec import TrainSpec
from models.tasks import Card, Rows, saved, task_for
from models.tasks.infer import logits_of
from models.training.best import Best
from models.training.clock import Clock
from models.training.memory import peak_mib
from models.training.result import Evaluation
from models.training.trainer import Loop
from models.tuning import tuning_for

BEST_FOLDER = "best"


class Evaluator:
    """Evaluates on the validation rows (`rows`) whenever it is called, keeps the best weights, and reports.

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
        rows: Rows,
        tokenizer: Any,
        clock: Clock,
        report: Callable[[Evaluation], None] | None,
        out_dir: Path | None,
    ) -> None:
        self._spec, self._tokenizer, self._clock, self._report = spec, tokenizer, clock, report
        self._task = task_for(spec.data)
        self._rows = rows
        self._folder = None if out_dir is None else out_dir / BEST_FOLDER
        self._card = Card(
            task=self._task.name,
            labels=tuple(data.labels),
            pooling=spec.model.pooling,
            pair=data.pair,
            max_length=spec.data.max_length,
            tuning=spec.tuning.name,
            model=spec.model.name,
        )
        self._samples_reported = 0
        self.best = Best(spec.maximize, spec.train.early_stopping_min_delta, spec.train.early_stopping_patience)
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
        train_s = self._clock.stop_training()
        eval_s_before = self._clock.of("eval")
        metrics = self._measure(loop)
        improved = self.best.update(metrics[self._spec.metric], step, epoch)
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
            improved=improved,
            best_value=self.best.value,
            weights=self.weights,
            last=self.best.exhausted or step >= loop.state.max_steps,
        )
        self.evaluations.append(evaluation)
        if self._report is not None:
            self._report(evaluation)
        self.stopped_early = self.best.exhausted and step < loop.state.max_steps
        self._clock.start_training()
        return self.best.exhausted

    def _measure(self, loop: Loop) -> dict[str, float]:
        with self._clock.part("eval"):
            logits = logits_of(loop.model, self._rows, self._spec.train.eval_batch_size, loop.args.device)
            metrics = self._task.evaluate(logits, self._rows.targets_n)
        for name, value in metrics.items():
            if not math.isfinite(value):
                raise TrainingDivergedError(f"the validation {name}", loop.state.global_step)
        return metrics

    def _save(self, loop: Loop, folder: Path) -> None:
        with self._clock.part("save"):
            state = tuning_for(self._spec.tuning).deployable_state(loop.model)
            saved.save(folder, self._card, loop.model.config, self._tokenizer, state)
        self.weights = str(folder)
