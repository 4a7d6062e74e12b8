"""The report of a sweep: one HTML file that needs nothing else, or markdown."""

from dashboards.report.content import report
from dashboards.report.html import to_html
from dashboards.report.markdown import to_markdown
from dashboards.report.write import FORMATS, write_report

__all__ = ["FORMATS", "report", "to_html", "to_markdown", "write_report"]
