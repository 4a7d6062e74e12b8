"""The saved views of the MLflow UI, unpacked as the UI does it. That it takes them is seen in a browser."""

import base64
import json
import zlib
from typing import Any

import pytest

from hpo.tracking.links import runs_url
from hpo.tracking.telling import Telling
from hpo.tracking.view import TAG, views_of


def state_of(tag: str) -> dict[str, Any]:
    kind, _, packed = json.loads(tag)["state"].partition(";")
    assert kind == "deflate"
    found: dict[str, Any] = json.loads(zlib.decompress(base64.b64decode(packed)))
    return found


@pytest.mark.parametrize("maximize", [True, False])
def test_one_view_ranks_and_one_nests(maximize: bool) -> None:
    telling = Telling("sweep", "macro_f1", maximize, short={"train.learning_rate": "learning_rate"})
    views = views_of(telling)
    sweeps, best = (state_of(views[f"{TAG}hpo-{kind}-macro-f1"]) for kind in ("sweeps", "best"))
    assert (sweeps["orderByKey"], sweeps["orderByAsc"]) == ("attributes.start_time", False)
    assert (best["orderByKey"], best["orderByAsc"]) == ("metrics.`best/macro_f1`", not maximize)
    for state in (sweeps, best):
        assert state["selectedColumns"][0] == "metrics.`best/macro_f1`"
        assert "params.`learning_rate`" in state["selectedColumns"]
        assert set(state["columnWidths"]) == set(state["columnOrder"])


def test_the_link_opens_the_view_that_is_there() -> None:
    url = runs_url("http://here", {"mlflow_experiment_id": "7", "metric": "macro_f1"})
    key = url.rpartition("viewStateShareKey=")[2]
    assert "/experiments/7/runs?" in url
    assert f"{TAG}{key}" in views_of(Telling("sweep", "macro_f1"))
    assert runs_url("http://here", {"metric": "macro_f1"}).startswith("http://here/#/experiments?")
