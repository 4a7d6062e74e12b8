"""`hpo explain NAME [--trial K]`: why each trial was proposed, paused, advanced or stopped."""

from __future__ import annotations

import argparse
import json
import sys

from rich.console import Console

from hpo.explain import story_of
from hpo.place import add_place, place_of
from hpo.terminal.explain import sweep_story, trial_story


def run(arguments: list[str], console: Console) -> int:
    """Print the decisions. Arguments: NAME [--trial K] [--json]."""
    parser = argparse.ArgumentParser(
        prog="hpo explain", description="Why a trial was proposed, paused, advanced or stopped, while it runs or after."
    )
    parser.add_argument("name", metavar="NAME", help="the sweep's name")
    parser.add_argument("--trial", type=int, metavar="K", help="of this trial only, with the numbers of each moment")
    parser.add_argument("--json", action="store_true", help="for programs")
    add_place(parser)
    given = parser.parse_args(arguments)
    ledger = place_of(given).ledger(given.name)
    moments, metric = story_of(ledger, given.trial), str(ledger.about["metric"])
    if given.json:
        found = {"name": ledger.name, "metric": metric, "decisions": [moment.to_dict() for moment in moments]}
        json.dump(found, sys.stdout, indent=2, ensure_ascii=False)
        sys.stdout.write("\n")
    elif given.trial is None:
        console.print(sweep_story(moments, metric))
    else:
        console.print(trial_story(ledger.trial(given.trial), moments, metric))
    return 0
