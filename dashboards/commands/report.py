"""`hpo report NAME [--format html|md] [--out FILE]`: what a sweep found, as one file to look at and to pass on."""

from __future__ import annotations

import argparse
from pathlib import Path

from rich.console import Console
from rich.text import Text

from dashboards.report import FORMATS, write_report
from hpo.errors import HpoError
from hpo.results import Reader, add_place, place_of


def run(arguments: list[str], console: Console) -> int:
    """Write the report. Arguments: NAME [--format html|md] [--out FILE] [--output-dir DIR] [--ledger URL]."""
    parser = argparse.ArgumentParser(
        prog="hpo report", description="A sweep's report as one file that needs no network, while it runs or after."
    )
    parser.add_argument("name", metavar="NAME", help="the sweep's name")
    parser.add_argument("--format", choices=tuple(FORMATS), default="html", help="html, or md: text and tables alone")
    parser.add_argument("--out", type=Path, metavar="FILE", help="the file (report.html in the sweep's folder)")
    add_place(parser)
    given = parser.parse_args(arguments)
    look = Reader(place_of(given), given.name).look()
    try:
        path = write_report(look, given.format, given.out)
    except OSError as error:
        raise HpoError(f"the report cannot be written: {error}") from error
    console.print(Text.assemble(("report: ", "dim"), str(path)), soft_wrap=True)
    return 0
