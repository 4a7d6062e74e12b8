"""A Grafana dashboard, as its JSON has it, from a table of panels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

SOURCE = {"type": "prometheus", "uid": "${source}"}
WIDTH = 24  # Columns of Grafana's grid.
STAT, SERIES, TABLE = "stat", "timeseries", "table"


@dataclass(frozen=True)
class Query:
    """One query of a panel.

    Attributes:
        expression: PromQL; `$sweep` and `$node` are the board's variables.
        legend: Name of each series, with labels as in `{{sweep}}`.
    """

    expression: str
    legend: str = ""


@dataclass(frozen=True)
class Panel:
    """One panel.

    Attributes:
        title: What it shows.
        text: What to make of it, behind the panel's sign of information.
        unit: Grafana's name of the unit.
        kind: A number, a curve over time, or a table.
        stacked: Whether the curves stand on each other.
        least, most: Ends of the axis; None: by the data.
        width, height: In the grid's columns and rows.
        gpu: Whether its numbers are there on nodes with a GPU alone.
    """

    title: str
    queries: tuple[Query, ...]
    text: str = ""
    unit: str = "short"
    kind: str = SERIES
    stacked: bool = False
    least: float | None = 0.0
    most: float | None = None
    width: int = 12
    height: int = 8
    gpu: bool = False


@dataclass(frozen=True)
class Variable:
    """A choice at the top of the board.

    Attributes:
        query: PromQL of Grafana's `label_values`.
    """

    name: str
    label: str
    query: str


@dataclass(frozen=True)
class Board:
    """One dashboard.

    Attributes:
        uid: Its name in addresses.
    """

    uid: str
    title: str
    text: str
    variables: tuple[Variable, ...]
    panels: tuple[Panel, ...]

    def to_dict(self) -> dict[str, Any]:
        """What Grafana reads."""
        return {
            "uid": self.uid,
            "title": self.title,
            "description": self.text,
            "tags": ["hpo"],
            "timezone": "browser",
            "schemaVersion": 39,
            "refresh": "15s",
            "time": {"from": "now-3h", "to": "now"},
            "graphTooltip": 1,
            "templating": {"list": [_source(), *(_variable(one) for one in self.variables)]},
            "panels": _placed(self.panels),
        }


def _source() -> dict[str, Any]:
    return {"name": "source", "label": "Prometheus", "type": "datasource", "query": "prometheus"}


def _variable(variable: Variable) -> dict[str, Any]:
    return {
        "name": variable.name,
        "label": variable.label,
        "type": "query",
        "datasource": SOURCE,
        "query": {"query": variable.query, "refId": variable.name},
        "refresh": 2,  # With the time range: sweeps come and go.
        "includeAll": True,
        "multi": True,
        "allValue": ".*",
        "current": {"text": "All", "value": "$__all"},
        "sort": 1,
    }


def _placed(panels: tuple[Panel, ...]) -> list[dict[str, Any]]:
    """The panels, from left to right, in rows as wide as the grid."""
    found, x, y, row = [], 0, 0, 0
    for number, panel in enumerate(panels, start=1):
        if x + panel.width > WIDTH:
            x, y, row = 0, y + row, 0
        place = {"x": x, "y": y, "w": panel.width, "h": panel.height}
        found.append({"id": number, "gridPos": place, **_panel(panel)})
        x, row = x + panel.width, max(row, panel.height)
    return found


def _panel(panel: Panel) -> dict[str, Any]:
    ends = {name: value for name, value in (("min", panel.least), ("max", panel.most)) if value is not None}
    custom: dict[str, Any] = {"fillOpacity": 25 if panel.stacked else 5, "showPoints": "never", "spanNulls": False}
    if panel.stacked:
        custom["stacking"] = {"mode": "normal"}
    plain = panel.kind != SERIES
    return {
        "type": panel.kind,
        "title": panel.title,
        "description": panel.text,
        "datasource": SOURCE,
        "fieldConfig": {"defaults": {"unit": panel.unit, **ends, "custom": {} if plain else custom}, "overrides": []},
        "options": _options(panel.kind),
        "targets": [_target(number, query, panel.kind) for number, query in enumerate(panel.queries)],
    }


def _options(kind: str) -> dict[str, Any]:
    if kind == STAT:
        return {"reduceOptions": {"calcs": ["lastNotNull"]}, "colorMode": "none", "textMode": "auto"}
    if kind == TABLE:
        return {"showHeader": True}
    return {"legend": {"displayMode": "table", "placement": "right", "calcs": ["lastNotNull"]}}


def _target(number: int, query: Query, kind: str) -> dict[str, Any]:
    return {
        "refId": chr(ord("A") + number),
        "datasource": SOURCE,
        "expr": query.expression,
        "legendFormat": query.legend or "__auto",
        "instant": kind == TABLE,
        **({"format": "table"} if kind == TABLE else {}),
    }
