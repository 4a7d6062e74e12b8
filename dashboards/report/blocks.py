"""What a report is made of, before it is HTML or markdown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go


@dataclass(frozen=True)
class Text:
    """Markdown: paragraphs, lists, headings, tables, **bold** and `code`."""

    markdown: str


@dataclass(frozen=True)
class Table:
    """A table.

    Attributes:
        caption: What it shows.
        columns: Its heads.
        rows: Its cells, in markdown.
        numeric: Columns whose cells are set to the right.
        folded: Whether it is shown only when asked for, where that can be.
        marked: Rows that stand out.
    """

    caption: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    numeric: Sequence[int] = ()
    folded: bool = False
    marked: Sequence[int] = ()


@dataclass(frozen=True)
class Plot:
    """A figure; its finding is its heading."""

    figure: go.Figure


@dataclass(frozen=True)
class Plots:
    """Small figures side by side.

    Attributes:
        caption: What they have in common.
    """

    figures: Sequence[go.Figure]
    caption: str


@dataclass(frozen=True)
class Code:
    """A command or a piece of a program, to be copied.

    Attributes:
        what: What it is for.
    """

    what: str
    text: str


Block = Text | Table | Plot | Plots | Code


@dataclass(frozen=True)
class Section:
    """A part of the report.

    Attributes:
        key: Its name in addresses.
        title: Its heading.
    """

    key: str
    title: str
    blocks: Sequence[Block]


@dataclass(frozen=True)
class Report:
    """A whole report.

    Attributes:
        name: The sweep's name.
        lead: The result in sentences of markdown, the most important one first.
        facts: Names and values of what a person looks for first.
        made_at: Unix seconds.
    """

    name: str
    lead: Sequence[str]
    facts: Sequence[tuple[str, str]]
    sections: Sequence[Section]
    made_at: float
