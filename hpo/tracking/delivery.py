"""Carries writes out: each once, whatever became of the call, and all but what MLflow refuses."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from mlflow.entities import Metric, Param, RunTag
from mlflow.exceptions import MlflowException

from hpo.tracking.once import missing
from hpo.tracking.retry import Retry, reason_of
from hpo.tracking.runs import Runs
from hpo.tracking.writes import Write


class Delivery:
    """The calls to MLflow that a write is made of. Used by one thread.

    Attributes:
        refused: What MLflow understood and did not take, and why.
    """

    def __init__(self, runs: Runs, retry: Retry) -> None:
        self.refused: dict[str, str] = {}
        self._runs = runs
        self._retry = retry

    def write(self, write: Write) -> None:
        """Write all of it, with patience.

        Raises:
            GaveUpError: Nobody waits for it any more.
        """
        key, client = write.key, self._runs.client
        if write.name is not None and not self._runs.has(key):
            self._runs.make(int(key or 0), write.name, write.begin_ms, write.tags)
        run_id = self._runs.id_of(key)
        entities: list[Any] = [Param(name, value) for name, value in write.params.items()]
        entities += [RunTag(name, value) for name, value in write.tags.items()]
        entities += write.metrics
        if entities:
            self._log(key, run_id, entities, write.unsure and key not in self._runs.made)
        for name, value in write.experiment_tags.items():
            self._unless_refused(key, name, client.set_experiment_tag, self._runs.experiment_id, name, value)
        for name, text in write.texts.items():
            self._unless_refused(key, name, client.log_text, run_id, text, name)
        if write.end_ms is not None:
            self._unless_refused(key, "its end", client.set_terminated, run_id, write.status, write.end_ms)
        elif write.status is not None:
            self._unless_refused(key, "its state", client.update_run, run_id, write.status)

    def _log(self, key: int | None, run_id: str, entities: Sequence[Any], unsure: bool) -> None:
        """Write parameters, tags and points in one call; where one of them is refused, all but that one."""
        try:
            self._retry(lambda tries: self._log_once(run_id, entities, unsure or tries > 0))
        except MlflowException as error:
            if len(entities) == 1 or not self._runs.writable(run_id):
                self._refuse(key, repr(entities[0].key), error)
                return
            half = len(entities) // 2
            self._log(key, run_id, entities[:half], unsure)
            self._log(key, run_id, entities[half:], unsure)

    def _log_once(self, run_id: str, entities: Sequence[Any], unsure: bool) -> None:
        if unsure:
            entities = missing(self._retry, self._runs.client, run_id, entities)
        metrics = [entity for entity in entities if isinstance(entity, Metric)]
        params = [entity for entity in entities if isinstance(entity, Param)]
        tags = [entity for entity in entities if isinstance(entity, RunTag)]
        self._runs.client.log_batch(run_id, metrics=metrics, params=params, tags=tags)

    def _unless_refused(self, key: int | None, what: str, call: Callable[..., object], *arguments: Any) -> None:
        try:
            self._retry.ask(call, *arguments)
        except MlflowException as error:
            self._refuse(key, what, error)

    def _refuse(self, key: int | None, what: str, error: MlflowException) -> None:
        self.refused[f"{'the sweep' if key is None else f'trial {key}'}: {what}"] = reason_of(error)
