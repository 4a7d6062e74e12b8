"""A configuration by hand as fields of a form: one for each dimension of a sweep's space."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dashboards.pages.words import plain
from hpo.results import axes_of, dimensions


@dataclass(frozen=True)
class PointField:
    """One field.

    Attributes:
        name: Dotted name of the dimension.
        hint: Which values it has, and when.
        value: What the field holds at first, as JSON or a text; empty: nothing.
        options: What can be chosen, as JSON and in words; none: any value between the ends can be typed.
    """

    name: str
    hint: str
    value: str
    options: tuple[tuple[str, str], ...] = ()


def point_fields(about: Mapping[str, Any], start: Mapping[str, Any]) -> list[PointField]:
    """The fields of a form that is posted as JSON.

    Args:
        about: What the ledger knows of the sweep.
        start: The values that they begin with, by dotted name.
    """
    found = []
    for row, axis in zip(dimensions(about), axes_of(about), strict=True):
        when = f"only when {row.condition}" if row.condition else ""
        if not axis.choices:
            value = plain(start[row.name]) if row.name in start else ""
            found.append(PointField(row.name, f"{row.extent}, {when}" if when else row.extent, value))
            continue
        options = tuple((json.dumps(choice), plain(choice)) for choice in axis.values)
        value = json.dumps(start.get(row.name, ""))
        found.append(PointField(row.name, when, value if value in dict(options) else "", options))
    return found
