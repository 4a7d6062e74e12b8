"""A report as markdown: the same text and tables, of each figure its finding."""

from __future__ import annotations

import re
import time

from dashboards.figures import detail, finding
from dashboards.report.blocks import Block, Code, Plot, Plots, Report, Table, Text
from hpo.results.words import table


def to_markdown(report: Report) -> str:
    """The whole text."""
    lines = [f"# {report.name}", "", *(f"{line}\n" for line in report.lead)]
    lines += [f"- {name}: {value}" for name, value in report.facts]
    for section in report.sections:
        lines += ["", f"## {section.title}"]
        for block in section.blocks:
            lines += ["", _block(block)]
    made = time.strftime("%Y-%m-%d %H:%M:%S %Z", time.localtime(report.made_at))
    return "\n".join([*lines, "", f"Made {made} from the sweep's ledger.", ""])


def _block(block: Block) -> str:
    match block:
        case Text():
            return re.sub(r"^#(?=#)", "##", _without_title(block.markdown), flags=re.MULTILINE)
        case Plot():
            how = detail(block.figure)
            return f"- {finding(block.figure)}" + (f" ({how.rstrip('.')})" if how else "")
        case Plots():
            return "\n".join([f"{block.caption}:", "", *(f"- {finding(made)}" for made in block.figures)])
        case Table():
            return f"{block.caption}:\n\n{table(block.columns, block.rows)}"
        case Code():
            return f"{block.what}:\n\n```\n{block.text}\n```"


def _without_title(markdown: str) -> str:
    """The section has one."""
    return re.sub(r"\A# .*\n*", "", markdown)
