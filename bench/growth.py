"""Whether a long sweep grows: 500 small trials; the driver's memory and open files, and the time a trial takes.

    python -m bench.growth [--trials 500] [--json FILE]

Runs `hpo sweep model=tiny scheduler=fifo` over 32 rows in a process of its own and looks at it from outside.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import psutil

MIB = 2**20


def sweep(folder: Path, trials: int) -> tuple[list[dict[str, float]], dict[str, Any]]:
    """Run the sweep; returns what was seen of the driver once a second, and the summary."""
    rows = [{"text": f"row {i} is {'good' if i % 2 else 'bad'}", "label": i % 2} for i in range(32)]
    data = folder / "rows.jsonl"
    data.write_text("".join(json.dumps(row) + "\n" for row in rows))
    command = [str(Path(sys.executable).with_name("hpo")), "sweep", "model=tiny", "scheduler=fifo", "data=json"]
    command += [f"data.train={data}", f"data.validation={data}", "data.test_fraction=0", "data.max_length=32"]
    command += [f"sweep.trials={trials}", "train.epochs=1", "sampler=random", "sweep.name=growth"]
    command += [f"output_dir={folder / 'outputs'}"]
    seen = []
    with (folder / "log.txt").open("w") as log:
        process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)
        driver = psutil.Process(process.pid)
        begin = time.monotonic()
        while process.poll() is None:
            try:
                memory, files = driver.memory_info().rss / MIB, driver.num_fds()
            except psutil.NoSuchProcess:
                break
            seen.append({"second": time.monotonic() - begin, "memory_mib": memory, "files": files})
            time.sleep(1)
    if process.wait():
        raise SystemExit((folder / "log.txt").read_text()[-3000:])
    return seen, json.loads((folder / "outputs" / "growth" / "summary.json").read_text())


def figures(seen: list[dict[str, float]], summary: dict[str, Any]) -> dict[str, float]:
    """Growth from the first tenth of the trials to the last, by medians.

    The seconds of a trial are from its start to its end, waiting included. The driver's begin is when a tenth of the
    sweep's time has passed, so that imports and start-up do not count as growth, nor as its level.
    """
    seconds = [trial["seconds"] for trial in summary["trials"]]
    tenth = max(1, len(seconds) // 10)
    end = seen[-1]["second"]
    # The model is logged after the last trial: what that takes does not grow with the trials.
    running = [entry for entry in seen if entry["second"] <= end - 15]
    early = [entry for entry in running if 0.1 * end <= entry["second"] <= 0.2 * end]
    late = [entry for entry in running if entry["second"] >= 0.9 * running[-1]["second"]]

    def median(entries: list[dict[str, float]], key: str) -> float:
        return statistics.median(entry[key] for entry in entries)

    return {
        "trials": len(seconds),
        "seconds": summary["seconds"],
        "memory_growth_mib": median(late, "memory_mib") - median(early, "memory_mib"),
        "memory_end_mib": median(late, "memory_mib"),
        "file_growth": median(late, "files") - median(early, "files"),
        "trial_s_start": statistics.median(seconds[tenth : 2 * tenth]),
        "trial_s_end": statistics.median(seconds[-tenth:]),
    }


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trials", type=int, default=500)
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        seen, summary = sweep(Path(scratch), given.trials)
    found = figures(seen, summary)
    for name, value in found.items():
        print(f"{name}: {value:.2f}")
    if given.json:
        given.json.write_text(json.dumps({**found, "seen": seen}, indent=2))


if __name__ == "__main__":
    main()
