"""Several data sets, one shared encoder, a head each.

Shapes: B rows, L tokens; others as the parts' tasks have them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar, cast

import torch

from models.errors import InputError, Problem
from models.metrics import METRICS, primary
from models.network import Network
from models.pretrained import Tokenizers
from models.spec import DataSpec, MultiTaskData, TrainParams, TrainSpec
from models.spec.parts import read_parts
from models.tasks.base import EvalSet, Task
from models.tasks.card import Card
from models.tasks.encoder import EncoderTask
from models.tasks.heads import reset_linear
from models.tasks.multi_task_loss import PartsCriterion
from models.tasks.multi_task_network import MultiTaskNetwork, PartNetwork
from models.tasks.part_rows import PartRows
from models.tasks.rows import Rows

SCORE, LOSS = "score", "loss"
_REMEDY = "take data=multi_task, and name them in data.tasks"


class MultiTask(Task):
    """What several tasks learn together.

    Args:
        tasks: Those that a part may have.
    """

    name: ClassVar[str] = "multi_task"

    def __init__(self, tasks: Sequence[Task]) -> None:
        self._all = {task.name: task for task in tasks}
        self._tasks = {name: task for name, task in self._all.items() if isinstance(task, EncoderTask)}

    def metrics(self, data: DataSpec) -> Mapping[str, bool]:
        """`score`, the weighted mean of the parts' usual metrics; `loss`, that of their losses; `<part>/<metric>`."""
        parts, _ = _parts_of(data)
        known = {name: self._tasks[part.task].metrics(part) for name, part in parts.items() if part.task in self._tasks}
        own = {f"{name}/{metric}": more for name, metrics in known.items() for metric, more in metrics.items()}
        return {SCORE: True, LOSS: False} | own

    def unmeasured(self, about: Mapping[str, Any]) -> dict[str, str]:
        """What the parts lack."""
        tasks, abouts = about["tasks"], about["abouts"]
        lacking = {name: self._tasks[task].unmeasured(abouts[name]) for name, task in tasks.items()}
        return {f"{name}/{metric}": why for name, found in lacking.items() for metric, why in found.items()}

    def network(
        self, backbone: torch.nn.Module, about: Mapping[str, Any], pooling: str, dropout: float | None
    ) -> Network:
        """The backbone with each part's head."""
        heads = {
            name: self._tasks[task].head(backbone.config, about["abouts"][name], pooling, dropout)
            for name, task in about["tasks"].items()
        }
        return MultiTaskNetwork(backbone, heads)

    def assumed(self, data: DataSpec) -> dict[str, Any]:
        """The parts' tasks, and what those assume."""
        parts, _ = _parts_of(data)
        abouts = {name: self._tasks[part.task].assumed(part) for name, part in parts.items()}
        return {"tasks": {name: part.task for name, part in parts.items()}, "abouts": abouts}

    def reset_new(self, network: Network, seed: int) -> None:
        """Random weights of the heads, each with its own."""
        whole, generator = cast(MultiTaskNetwork, network), torch.Generator().manual_seed(seed)
        for name in whole.names:
            reset_linear(whole.head_of(name), whole.config, generator)

    def criterion(self, rows: Rows, about: Mapping[str, Any], params: TrainParams) -> PartsCriterion:
        """Each part's own loss; a row counts alike in all of them."""
        parts = cast(PartRows, rows).parts
        named = zip(parts, about["tasks"].items(), strict=True)
        return PartsCriterion(
            [self._tasks[task].criterion(one, about["abouts"][name], params) for one, (name, task) in named], parts
        )

    def evaluate(self, network: Network, split: EvalSet, batch_size: int, device: torch.device) -> dict[str, float]:
        """Every part's metrics, as `<part>/<metric>`, and their weighted means."""
        about = split.data.about
        found: dict[str, float] = {}
        for name, part in split.parts.items():
            view = PartNetwork(cast(MultiTaskNetwork, network), name)
            measured = self._tasks[about["tasks"][name]].evaluate(view, part, batch_size, device)
            found |= {f"{name}/{metric}": value for metric, value in measured.items()}
        chosen = {name: primary(task) for name, task in about["tasks"].items()}
        weights = about["weights"]
        score = sum(weights[name] * found[f"{name}/{metric}"] for name, metric in chosen.items())
        loss = sum(weights[name] * found[f"{name}/{LOSS}"] for name in chosen)
        total = sum(weights[name] for name in chosen)
        return {SCORE: score / total, LOSS: loss / total} | found

    def input_rows(self, inputs: Sequence[Any], card: Card) -> list[dict[str, Any]]:
        """Mappings with `task`, the name of a part, and the keys of the part's rows."""
        parts: Mapping[str, str] = card.about["tasks"]
        rows: list[dict[str, Any]] = []
        problems: list[Problem] = []
        for index, given in enumerate(inputs):
            name = given.get("task") if isinstance(given, Mapping) else None
            if not isinstance(name, str) or name not in parts:
                rule = f"must be a mapping with the key task, one of {', '.join(parts)}; got {given!r}"
                problems.append(Problem(f"inputs[{index}]", rule))
                continue
            own = {key: value for key, value in given.items() if key != "task"}
            try:
                rows += [
                    {"task": name, **row} for row in self._tasks[parts[name]].input_rows([own], card.of_part(name))
                ]
            except InputError as error:
                problems += [replace(problem, where=f"inputs[{index}]") for problem in error.problems]
        if problems:
            raise InputError(problems)
        return rows

    def predict(
        self,
        network: Network,
        inputs: Sequence[Mapping[str, Any]],
        tokenizers: Tokenizers,
        card: Card,
        batch_size: int,
        device: torch.device,
    ) -> list[dict[str, Any]]:
        """`task`, and what the part's own task gives."""
        found: list[dict[str, Any]] = [{} for _ in inputs]
        for name, task in card.about["tasks"].items():
            places = [at for at, row in enumerate(inputs) if row["task"] == name]
            if not places:
                continue
            own = [{key: value for key, value in inputs[at].items() if key != "task"} for at in places]
            view = PartNetwork(cast(MultiTaskNetwork, network), name)
            predicted = self._tasks[task].predict(view, own, tokenizers, card.of_part(name), batch_size, device)
            for at, prediction in zip(places, predicted, strict=True):
                found[at] = {"task": name, **prediction}
        return found

    def check_data(self, data: DataSpec) -> list[Problem]:
        """The parts, and whether their tasks can share an encoder and a mean."""
        parts, problems = _parts_of(data)
        for name, part in parts.items():
            if part.task not in self._tasks:
                hint = f"the tasks of parts: {', '.join(self._tasks)}"
                problems.append(Problem(f"data.tasks.{name}.task", _why_not(self._all.get(part.task), part.task), hint))
        return problems

    def check(self, spec: TrainSpec) -> list[Problem]:
        """The metric and its direction; not a metric of a part that is wrong itself."""
        sound, _ = _parts_of(spec.data)
        part = (spec.metric or "").partition("/")[0]
        named = isinstance(spec.data, MultiTaskData) and part in spec.data.tasks
        broken = named and (part not in sound or sound[part].task not in self._tasks)
        return [] if broken else super().check(spec)


def _parts_of(data: DataSpec) -> tuple[dict[str, DataSpec], list[Problem]]:
    if isinstance(data, MultiTaskData):
        return read_parts(data)
    return {}, [Problem("data.task", f"multi_task is for several data sets, got data of one {data.source}", _REMEDY)]


def _why_not(task: Task | None, name: str) -> str:
    if task is None:
        return f"{name} cannot be a part of itself"
    usual = primary(name)
    minimized = f", and its {usual} is minimized, which no mean of scores can hold" if not METRICS[name][usual] else ""
    return f"{name} does not share an encoder with others: it needs a model of the kind {task.kind}{minimized}"
