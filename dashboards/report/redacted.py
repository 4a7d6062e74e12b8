"""Takes secrets out of a report: it is made to be passed on."""

from __future__ import annotations

from dataclasses import replace

from dashboards.report.blocks import Block, Code, Report, Table, Text
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
    return block  # Figures are of numbers.
