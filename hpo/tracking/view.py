"""Saved views of the MLflow UI: its table of runs with the columns that matter.

Without it the table shows when runs were made and nothing of what they found. The UI (3.17) keeps views as tags of the
experiment and lists them under "Views"; a UI that knows none of it shows the plain table.
"""

from __future__ import annotations

import base64
import json
import zlib
from typing import Any

from hpo.tracking.links import view_key
from hpo.tracking.telling import Telling

TAG = "mlflow.sharedViewState."
NEWEST = "attributes.start_time"
WIDTHS = {"metrics": 120, "params": 130, "tags": 100}  # Pixels; the UI's own cut the names off.
FIRST = {"attributes.`Run Name`": 270}
LAST = {"duration": 80, "runDateAndNestInfo": 150}


def views_of(telling: Telling) -> dict[str, str]:
    """Tags of the experiment. There are two views for each metric: the UI shows 40 at most.

    One has the sweeps, the newest first, and each trial inside its sweep; the other one ranks the trials of all
    sweeps. The UI cannot do both at once.

    Args:
        telling: Of the newest sweep; the searched parameters are among the columns.
    """
    metric, best = telling.metric, f"metrics.`best/{telling.metric}`"
    return _view(f"Sweeps, {metric}", telling, NEWEST, ascending=False, ranked=False) | _view(
        f"Best {metric}", telling, best, ascending=not telling.maximize, ranked=True
    )


def _view(name: str, telling: Telling, order: str, *, ascending: bool, ranked: bool) -> dict[str, str]:
    state = json.dumps(_state(telling) | {"orderByKey": order, "orderByAsc": ascending}, separators=(",", ":"))
    view = {"name": name, "createdAt": 0, "updatedAt": 0, "state": _packed(state.encode())}
    return {TAG + view_key(telling.metric, ranked=ranked): json.dumps(view)}


def _state(telling: Telling) -> dict[str, Any]:
    columns = [
        *(f"metrics.`{name}`" for name in (f"best/{telling.metric}", "epoch", "time/train_s")),
        *(f"params.`{name}`" for name in telling.short.values()),
        *(f"tags.`{name}`" for name in ("state", "cause")),
    ]
    return {
        "searchFilter": "",
        "startTime": "ALL",
        "lifecycleFilter": "Active",
        "datasetsFilter": [],
        "modelVersionFilter": "All Runs",
        "selectedColumns": columns,
        "columnOrder": [*FIRST, *columns, *LAST],
        "columnWidths": FIRST | {column: WIDTHS[column.partition(".")[0]] for column in columns} | LAST,
        "runsHiddenMode": "FIRST_10_RUNS",
        "viewMaximized": False,
        "runListHidden": False,
        "isAccordionReordered": False,
        "useGroupedValuesInCharts": True,
        "hideEmptyCharts": True,
        "groupBy": None,
        "groupsExpanded": {},
        "globalLineChartConfig": {"xAxisKey": "step", "lineSmoothness": 0, "selectedXAxisMetricKey": ""},
    }


def _packed(state: bytes) -> str:
    """As the UI packs it, so that it fits into a tag."""
    return f"deflate;{base64.b64encode(zlib.compress(state, 9)).decode()}"
