"""How long the report of a large sweep takes, and how large it is.

    python -m bench.report [--trials 1000] [--points 50] [--json FILE]

The sweep is made up, its ledger is real (SQLite). Measured is `hpo report` in a process of its own, from its start to
its end, as a person waits for it; then the same with 500 trials, for the size. The lines to keep: 20 s, and 6 MB.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from hpo.place import Place
from tests.dashboards.sweeps import made_sweep

WITHIN_S, WITHIN_BYTES, SIZED = 20.0, 6e6, 500


def main() -> None:
    """Measure both and hold them against the lines."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trials", type=int, default=1000)
    parser.add_argument("--points", type=int, default=50)
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = [measured(Path(folder), trials, given.points) for trials in (given.trials, SIZED)]
    for row in found:
        print(json.dumps(row))
    if given.json:
        given.json.write_text(json.dumps(found, indent=2), encoding="utf-8")
    late, large = found[0]["wall_s"] > WITHIN_S, found[1]["bytes"] > WITHIN_BYTES
    sys.exit("too slow" if late else "too large" if large else 0)


def measured(folder: Path, trials: int, points: int) -> dict[str, Any]:
    """One report: seconds of the wall-clock and of the processor, MiB of memory at its highest, bytes."""
    name = f"made-{trials}"
    made_sweep(Place(folder), name, trials=trials, points=points, slots=8, stopping=False)
    path = folder / "report.html"
    where = ["--output-dir", str(folder), "--out", str(path)]
    begin = time.perf_counter()
    child = subprocess.Popen([sys.executable, "-m", "hpo", "report", name, *where], stdout=subprocess.DEVNULL)
    _, code, used = os.wait4(child.pid, 0)
    wall_s = time.perf_counter() - begin
    child.returncode = os.waitstatus_to_exitcode(code)
    if child.returncode:
        sys.exit("the report was not made")
    return {
        "trials": trials,
        "points": points,
        "wall_s": round(wall_s, 1),
        "cpu_s": round(used.ru_utime + used.ru_stime, 1),
        "peak_mib": round(used.ru_maxrss / 1024),
        "bytes": path.stat().st_size,
    }


if __name__ == "__main__":
    main()
