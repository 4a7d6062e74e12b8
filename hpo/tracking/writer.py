"""Writes to MLflow from a thread of its own, in order and in batches, so that no trial waits for a server."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from mlflow.entities import Metric, Param, RunTag
from mlflow.exceptions import MlflowException
from mlflow.tracking import MlflowClient

from hpo.errors import TrackingError

log = logging.getLogger(__name__)

METRICS_A_BATCH = 900  # MLflow takes 1000 entries a call: https://mlflow.org/docs/latest/rest-api.html#log-batch
PARAMS_A_BATCH = 90
RETRY_S = (0.5, 1.0, 2.0, 4.0, 8.0)


@dataclass
class Batch:
    """What is to be written to one run. Key of the run: a trial's number, or None for the sweep's own run."""

    key: int | None
    metrics: list[Metric] = field(default_factory=list)
    params: list[Param] = field(default_factory=list)
    tags: list[RunTag] = field(default_factory=list)
    name: str | None = None  # given: the run is made first, under this name
    status: str | None = None  # given: the run is ended with it
    at_ms: int = 0


class Writer:
    """A queue of batches and the thread that writes them.

    A call that fails for want of a server is tried again with growing pauses, in order, until `close` runs out of
    patience; a call that MLflow refuses is an error of ours and is raised by `close`.
    """

    def __init__(self, client: MlflowClient, experiment_id: str, parent_run_id: str) -> None:
        self._client = client
        self._experiment_id = experiment_id
        self._runs: dict[int | None, str] = {None: parent_run_id}
        self._queue: deque[Batch] = deque()
        self._changed = threading.Condition()
        self._closing_at: float | None = None
        self._error: Exception | None = None
        self._thread = threading.Thread(target=self._run, name="mlflow-writer", daemon=True)
        self._thread.start()

    @property
    def run_ids(self) -> dict[int, str]:
        """MLflow run ids of the trials whose runs exist by now."""
        return {key: run_id for key, run_id in list(self._runs.items()) if key is not None}

    def put(self, batch: Batch) -> None:
        """Queue a batch; returns at once."""
        batch.at_ms = batch.at_ms or int(time.time() * 1000)
        with self._changed:
            self._queue.append(batch)
            self._changed.notify()

    def close(self, patience_s: float = 60.0) -> None:
        """Write all that is queued, then end the thread.

        Raises:
            TrackingError: When something could not be written.
        """
        with self._changed:
            self._closing_at = time.monotonic() + patience_s
            self._changed.notify()
        self._thread.join()
        if self._error is not None:
            raise TrackingError(f"MLflow did not take {len(self._queue)} writes: {self._error}") from self._error

    def _run(self) -> None:
        while True:
            with self._changed:
                while not self._queue and self._closing_at is None:
                    self._changed.wait()
                if not self._queue:
                    return
                batch = self._merge()
            if not self._write_patiently(batch):
                return

    def _merge(self) -> Batch:
        """The first batch of the queue with all that follows for the same run: fewer calls for the same record."""
        batch = self._queue.popleft()
        while self._queue and self._queue[0].key == batch.key and batch.status is None:
            following = self._queue.popleft()
            batch.metrics += following.metrics
            batch.params += following.params
            batch.tags += following.tags
            batch.status = following.status
            batch.at_ms = max(batch.at_ms, following.at_ms) if batch.name is None else batch.at_ms
        return batch

    def _write_patiently(self, batch: Batch) -> bool:
        steps = self._steps(batch)
        tries = 0
        while steps:
            try:
                steps[0]()
                steps.pop(0)
                tries = 0
            except (MlflowException, OSError) as error:
                if _is_refusal(error) or self._out_of_patience():
                    self._error = error
                    with self._changed:
                        self._queue.appendleft(batch)
                    return False
                log.warning("MLflow does not answer (%s); trying again", error)
                with self._changed:
                    self._changed.wait(RETRY_S[min(tries, len(RETRY_S) - 1)])
                tries += 1
        return True

    def _steps(self, batch: Batch) -> list[Callable[[], None]]:
        """The calls that write a batch; each is made once."""
        steps: list[Callable[[], None]] = []
        if batch.name is not None:
            steps.append(lambda: self._create(batch))
        chunks = max(
            1, -(-len(batch.metrics) // METRICS_A_BATCH), -(-len(batch.params) // PARAMS_A_BATCH)
        )  # ceiling division
        for i in range(chunks):
            metrics = batch.metrics[i * METRICS_A_BATCH : (i + 1) * METRICS_A_BATCH]
            params = batch.params[i * PARAMS_A_BATCH : (i + 1) * PARAMS_A_BATCH]
            tags = batch.tags if i == 0 else []
            if metrics or params or tags:
                steps.append(
                    lambda m=metrics, p=params, t=tags: self._client.log_batch(  # type: ignore[misc]
                        self._runs[batch.key], metrics=m, params=p, tags=t
                    )
                )
        if batch.status is not None:
            steps.append(lambda: self._client.set_terminated(self._runs[batch.key], batch.status, batch.at_ms))
        return steps

    def _create(self, batch: Batch) -> None:
        tags = {"mlflow.parentRunId": self._runs[None], "mlflow.runName": batch.name}
        run = self._client.create_run(self._experiment_id, start_time=batch.at_ms, tags=tags, run_name=batch.name)
        self._runs[batch.key] = run.info.run_id

    def _out_of_patience(self) -> bool:
        return self._closing_at is not None and time.monotonic() > self._closing_at


def _is_refusal(error: Exception) -> bool:
    """Whether MLflow understood and said no; anything else may pass."""
    return isinstance(error, MlflowException) and error.error_code in (
        "INVALID_PARAMETER_VALUE",
        "RESOURCE_DOES_NOT_EXIST",
        "RESOURCE_ALREADY_EXISTS",
        "PERMISSION_DENIED",
        "UNAUTHENTICATED",
    )
