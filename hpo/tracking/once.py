"""What of a write is not in MLflow yet, for writes whose fate is not known.

MLflow's databases keep a point that is written twice once; other stores would keep it twice. Parameters cannot be
changed in any of them: what differs is told by a tag.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mlflow.entities import Metric, Param, RunTag
from mlflow.tracking import MlflowClient

from hpo.tracking.retry import Retry

CHANGED = "changed."  # Begins the name of the tag with the new value of a parameter.


def missing(retry: Retry, client: MlflowClient, run_id: str, entities: Sequence[Any]) -> list[Any]:
    """The parameters, tags and points that the run does not have, in their order."""
    points = _points(retry, client, run_id, {e.key for e in entities if isinstance(e, Metric)})
    asked = any(isinstance(e, Param) for e in entities)
    params = retry.ask(client.get_run, run_id).data.params if asked else {}
    found: list[Any] = []
    for entity in entities:
        if isinstance(entity, Metric) and (entity.key, entity.timestamp, entity.step) in points:
            continue
        if isinstance(entity, Param) and entity.key in params:
            if params[entity.key] != entity.value:
                found.append(RunTag(CHANGED + entity.key, entity.value))
            continue
        found.append(entity)
    return found


def _points(retry: Retry, client: MlflowClient, run_id: str, keys: set[str]) -> set[tuple[str, int, int]]:
    """What the run has of some metrics. Each is asked for, since a write may have been cut short."""
    histories = {key: retry.ask(client.get_metric_history, run_id, key) for key in sorted(keys)}
    return {(key, point.timestamp, point.step) for key, history in histories.items() for point in history}
