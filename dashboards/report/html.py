"""A report as one HTML file, with all that it needs in it."""

from __future__ import annotations

import functools
import html
import json
import time
from pathlib import Path

import jinja2
import plotly
import plotly.graph_objects as go
from markupsafe import Markup

from dashboards.figures import CONFIG, CSS, detail, finding
from dashboards.report import inline
from dashboards.report.blocks import Block, Code, Plot, Plots, Report, Table, Text

PAGE = Path(__file__).with_name("page")
# The one bundle that the package carries; the smaller ones are on a CDN alone.
PLOTLY = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
# What the page may load: nothing. What it may run: what stands in it.
POLICY = (
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:; "
    "base-uri 'none'; form-action 'none'"
)


def to_html(report: Report) -> str:
    """The whole page."""
    figures: dict[str, go.Figure] = {}
    page = jinja2.Environment(
        loader=jinja2.FileSystemLoader(PAGE), autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True
    )
    page.filters["inline"] = lambda text: Markup(inline.inline(text))
    page.filters["block"] = lambda block: Markup(_block(block, figures))
    template = page.get_template("report.html")
    made = time.strftime("%Y-%m-%d %H:%M:%S %Z", time.localtime(report.made_at))
    # The figures are gathered while the blocks are rendered, so that what needs them comes last.
    text = template.render(
        report=report,
        policy=POLICY,
        style=Markup(_file(PAGE / "report.css") + _file(CSS)),
        script=Markup(_file(PAGE / "report.js")),
        plotly=Markup(_file(PLOTLY)),
        figures=_Late(figures),
        made=made,
    )
    return str(text)


class _Late:
    """The figures as JSON, when they are asked for."""

    def __init__(self, figures: dict[str, go.Figure]) -> None:
        self._figures = figures

    def __html__(self) -> str:
        found = {key: made.to_plotly_json() for key, made in self._figures.items()}
        text = json.dumps({"config": CONFIG, "figures": found}, default=_plain, separators=(",", ":"), allow_nan=False)
        return text.replace("<", "\\u003c")


def _plain(value: object) -> object:
    """Numpy's numbers and arrays, where a figure has some."""
    tolist = getattr(value, "tolist", None)
    if tolist is None:
        raise TypeError(f"a figure has a {type(value).__name__}")
    return tolist()


@functools.cache
def _file(path: Path) -> str:
    text = path.read_text(encoding="utf-8")
    assert "</script" not in text.lower(), path
    return text


def _block(block: Block, figures: dict[str, go.Figure]) -> str:
    match block:
        case Text():
            return inline.blocks(block.markdown)
        case Plot():
            return _figure(block.figure, figures, "h3")
        case Plots():
            small = "\n".join(_figure(made, figures, "h4") for made in block.figures)
            return f'<h3>{inline.inline(block.caption)}</h3>\n<div class="grid">{small}</div>'
        case Table():
            made = inline.table(
                block.columns,
                block.rows,
                caption="" if block.folded else block.caption,
                label=block.caption,
                numeric=block.numeric,
                marked=block.marked,
            )
            return (
                f"<details><summary>{inline.inline(block.caption)}</summary>{made}</details>" if block.folded else made
            )
        case Code():
            what, text = html.escape(block.what), html.escape(block.text)
            return f'<div class="code"><p>{what}</p><pre tabindex="0"><code>{text}</code></pre></div>'


def _figure(made: go.Figure, figures: dict[str, go.Figure], heading: str) -> str:
    """A figure under its finding; read out, the finding and how to read it stand in its place."""
    key = f"figure-{len(figures) + 1}"
    figures[key] = made
    told, how = finding(made), detail(made)
    more = f'<p class="detail">{html.escape(how)}</p>' if how else ""
    label = html.escape(f"Figure: {told}. {how}".strip(), quote=True)
    place = f'class="plot" id="{key}" role="group" aria-label="{label}" style="min-height:{made.layout.height}px"'
    return f'<figure><{heading} class="finding">{html.escape(told)}</{heading}>{more}<div {place}></div></figure>'
