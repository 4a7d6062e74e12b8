"""`hpo results NAME [--json]`: what a sweep found, from its ledger."""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path

from rich.console import Console

from hpo.config.schema import Config
from hpo.ledger import Ledger
from hpo.results import summarize
from hpo.terminal.tables import show_summary


def run(arguments: list[str], console: Console) -> int:
    """Print a sweep's results. Arguments: NAME [--json] [--output-dir DIR]."""
    parser = argparse.ArgumentParser(prog="hpo results", description="What a sweep found, while it runs or after.")
    parser.add_argument("name", help="the sweep's name")
    parser.add_argument("--json", action="store_true", help="print what summary.json holds")
    add_output_dir(parser)
    given = parser.parse_args(arguments)
    summary = summarize(Ledger.open(given.output_dir, given.name))
    if given.json:
        json.dump(summary, sys.stdout, indent=2, ensure_ascii=False)
        sys.stdout.write("\n")
    else:
        show_summary(console, summary)
    return 0


def add_output_dir(parser: argparse.ArgumentParser) -> None:
    """The option that names the output folder, with the same default as the config."""
    default = os.environ.get("HPO_OUTPUT_DIR", str(Config.output_dir))
    parser.add_argument("--output-dir", type=Path, default=Path(default), help="folder of all results (%(default)s)")
