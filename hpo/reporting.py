"""Makes the report of a sweep at its end, in a process of its own: what draws it stands above this package."""

from __future__ import annotations

import os
import subprocess
import sys

from hpo.plan import Plan
from hpo.results import REPORT

PATIENCE_S = 120.0  # For a sweep of a thousand trials it takes some ten seconds.
SAID = 300  # Characters of what it said when it failed.


def make_report(plan: Plan, *, wanted: bool = True) -> str:
    """Write `report.html` into the sweep's folder, unless none is wanted. An older one tells of fewer trials, and goes.

    Args:
        wanted: Whether there is time for one.

    Returns:
        Why there is none, for people; empty: there is one, or none is wanted.
    """
    (plan.sweep_dir / REPORT).unlink(missing_ok=True)
    if not wanted or not plan.config.sweep.report:
        return ""
    command = [sys.executable, "-m", "hpo", "report", plan.name, "--output-dir", str(plan.output_dir)]
    # By the environment, since others may read a command line, and the URL may have a password.
    environment = {**os.environ, "HPO_LEDGER_URL": plan.ledger_url}
    try:
        done = subprocess.run(
            command, env=environment, capture_output=True, text=True, errors="replace", timeout=PATIENCE_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return _without(plan, str(error))
    if done.returncode == 0:
        return ""
    said = done.stderr.strip() or done.stdout.strip()
    return _without(plan, said[-SAID:] or f"exit code {done.returncode}")


def _without(plan: Plan, why: str) -> str:
    return f"the report was not made: {why}; hpo report {plan.name} makes it"
