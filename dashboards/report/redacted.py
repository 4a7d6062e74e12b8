"""Takes secrets out of a report: it is made to be passed on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import plotly.graph_objects as go

from dashboards.report.blocks import Block, Code, Plot, Plots, Report, Table, Text
from hpo.results import Redactor


def without_secrets(report: Report) -> Report:
    """The same report; each of its texts without secrets."""
    redactor = Redactor()
    sections = [
        replace(section, blocks=[_block(block, redactor) for block in section.blocks]) for section in report.sections
    ]
    lead, facts = map(redactor.text, report.lead), [(name, redactor.text(value)) for name, value in report.facts]
    return replace(report, lead=list(lead), facts=facts, sections=sections)


def _block(block: Block, redactor: Redactor) -> Block:
    match block:
        case Text():
            return Text(redactor.text(block.markdown))
        case Table():
            return replace(block, rows=[[redactor.text(cell) for cell in row] for row in block.rows])
        case Code():
            return replace(block, text=redactor.text(block.text))
        case Plot():
            return Plot(_figure(block.figure, redactor))
        case Plots():
            return Plots([_figure(made, redactor) for made in block.figures], redactor.text(block.caption))


def _figure(made: go.Figure, redactor: Redactor) -> go.Figure:
    """Its texts may hold values of the trials' parameters."""
    found = made.to_plotly_json()
    return go.Figure(_masked(found["data"], redactor), _masked(found["layout"], redactor))


def _masked(value: Any, redactor: Redactor) -> Any:
    """Every text in it without secrets; arrays of numbers as they are."""
    if isinstance(value, str):
        return redactor.text(value)
    if isinstance(value, Mapping):
        return {key: _masked(item, redactor) for key, item in value.items()}
    if isinstance(value, (list, tuple)) or (isinstance(value, np.ndarray) and value.dtype == object):
        return [_masked(item, redactor) for item in value]
    return value
