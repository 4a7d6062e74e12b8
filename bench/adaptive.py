"""How much training `adaptive` needs to reach what ASHA with TPE finds, in real sweeps.

    python -m bench.adaptive --data FOLDER [--seeds 3] [--trials 24] [--rows 2000] [--epochs 6] [--most 2]
        [--work DIR] [--json FILE]

FOLDER holds a folder `banking77` with train.jsonl and validation.jsonl. Each sweep is an `hpo sweep` of LoRA on
all-MiniLM-L6-v2 in two slots, a process of its own. ASHA with TPE goes first; then `adaptive` runs until it reaches the
best value of that, or has held slots `--most` times as long as that had until then, or to its own end. Training seconds
are those of steps and evaluations, added up over all trials in the order of their evaluations; epochs are added up
beside them, since seconds drift on a shared machine, and the seconds that slots were held, since only `adaptive` pays
for leaving a slot and coming back. DIR keeps the sweeps: what is finished there is not run again, what was interrupted
goes on; so each choice of rows, epochs and trials needs a DIR of its own.
"""

from __future__ import annotations

import argparse
import json
import math
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from hpo.finish import FINISHED
from hpo.ledger import TrialRecord
from hpo.place import Place

METHODS = {
    "adaptive": ("scheduler=adaptive", "sampler=gp"),
    "asha+tpe": ("scheduler=asha", "sampler=tpe"),
}
UNITS = ("seconds", "epochs", "held")
SETTINGS = (
    *("experiment=lora", "model=minilm", "data=json", "data.max_length=64"),
    *("slots.count=2", "slots.cpus=1", "confirm.top_k=0"),
)


@dataclass(frozen=True)
class Size:
    """What one sweep is given: trials, training rows, and epochs of a whole training."""

    trials: int
    rows: int
    epochs: int


@dataclass(frozen=True)
class Moment:
    """A sweep when an evaluation was reported.

    Attributes:
        seconds: Spent in steps and evaluations by all trials until then.
        epochs: Trained by all trials until then.
        held: Seconds that all trials had been in slots until then.
        value: The evaluation's; larger is better.
    """

    seconds: float
    epochs: float
    held: float
    value: float


NEVER = Moment(math.inf, math.inf, math.inf, -math.inf)


def course(records: Iterable[TrialRecord], metric: str) -> list[Moment]:
    """Every evaluation of a sweep in its order, with what had been spent until then."""
    records = list(records)
    entries: list[tuple[int, float, float, float, float]] = []
    for record in records:
        before = 0.0
        for entry in record.evaluations:
            epochs, before = float(entry["epoch"]) - before, float(entry["epoch"])
            seconds = float(entry["train_s"]) + float(entry["eval_s"])
            entries.append((int(entry["seq"]), seconds, epochs, float(entry["at"]), float(entry["metrics"][metric])))
    moments, seconds, epochs = [], 0.0, 0.0
    for _, more_s, more_epochs, at, value in sorted(entries):
        seconds, epochs = seconds + more_s, epochs + more_epochs
        moments.append(Moment(seconds, epochs, held(records, at), value))
    return moments


def held(records: Iterable[TrialRecord], at: float) -> float:
    """Seconds that trials had been in slots until a moment, Unix seconds."""
    stays = [(stay, record.ended_at) for record in records for stay in record.attempts]
    return sum(max(0.0, min(stay.until or ended_at or at, at) - stay.at) for stay, ended_at in stays)


def reached(moments: Iterable[Moment], value: float) -> Moment:
    """The first moment with such a value or a better one; after infinitely many seconds where there is none."""
    return next((moment for moment in moments if moment.value >= value), NEVER)


def compare(seed: int, adaptive: Sequence[Moment], peer: Sequence[Moment]) -> dict[str, Any]:
    """What both needed until the peer's best value. Returns the figures, JSON-able but for infinities."""
    value = max(moment.value for moment in peer)
    mine, theirs = reached(adaptive, value), reached(peer, value)
    return {
        "seed": seed,
        "value": value,
        "adaptive": asdict(mine),
        "asha+tpe": asdict(theirs),
        "whole": asdict(peer[-1]),
        "ratios": {unit: asdict(mine)[unit] / asdict(theirs)[unit] for unit in UNITS},
        "whole_ratios": {unit: asdict(mine)[unit] / asdict(peer[-1])[unit] for unit in UNITS},
    }


def sweep(method: str, seed: int, data: Path, size: Size, work: Path, stops: Sequence[str] = ()) -> list[Moment]:
    """The course of one sweep, which is run unless it was; `stops` are overrides that end it early."""
    name = f"{method.replace('+', '-')}-{seed}"
    place = Place(work)
    command = [str(Path(sys.executable).with_name("hpo"))]
    begun = name in place.names()
    if begun:
        command += ["resume", name, f"--output-dir={work}"]
    else:
        files = [f"data.{split}={data / 'banking77' / split}.jsonl" for split in ("train", "validation")]
        own = [f"output_dir={work}", f"sweep.name={name}", f"sweep.seed={seed}", f"train.seed={42 + seed}"]
        length = [f"sweep.trials={size.trials}", f"data.train_rows={size.rows}", f"train.epochs={size.epochs}"]
        command += ["sweep", *SETTINGS, *METHODS[method], *files, *length, *own, *stops]
    if not begun or place.ledger(name).about.get("status") != FINISHED:  # An interrupted one has a summary too.
        print(f"{name}: {' '.join(command[1:])}", flush=True)
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    ledger = place.ledger(name)
    return course(ledger.trials(), str(ledger.about["metric"]))


def show(found: Sequence[dict[str, Any]]) -> None:
    """The table; `whole` is what the peer spent to its end."""
    print("until asha+tpe's best value: training s, epochs, s in slots")
    print("seed  value             adaptive             asha+tpe                whole  ratios")
    for row in found:
        cells = ["{seconds:.0f}, {epochs:.0f}, {held:.0f}".format(**row[key]) for key in (*METHODS, "whole")]
        ratios = "{seconds:.2f}, {epochs:.2f}, {held:.2f}".format(**row["ratios"])
        print(f"{row['seed']:4} {row['value']:6.3f} {' '.join(cell.rjust(20) for cell in cells)}  {ratios}")
    for key, what in (("ratios", "asha+tpe had spent until its best value"), ("whole_ratios", "asha+tpe spent in all")):
        middle = {unit: statistics.median(row[key][unit] for row in found) for unit in UNITS}
        text = "{seconds:.2f} of the seconds, {epochs:.2f} of the epochs, {held:.2f} of the seconds in slots"
        print(f"median of what adaptive needs / what {what}: {text.format(**middle)}")
    sys.stdout.flush()


def main() -> None:
    """Run the sweeps, and compare after each seed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder with a folder for each data set")
    parser.add_argument("--seeds", type=int, default=3, help="sweeps of each method (%(default)s)")
    parser.add_argument("--trials", type=int, default=24, help="trials of a sweep (%(default)s)")
    parser.add_argument("--rows", type=int, default=2000, help="training rows (%(default)s)")
    parser.add_argument("--epochs", type=int, default=6, help="epochs of a whole training (%(default)s)")
    text = "times the peer's seconds in slots after which adaptive is given up (%(default)s)"
    parser.add_argument("--most", type=float, default=2.0, help=text)
    parser.add_argument("--work", type=Path, help="folder of the sweeps, to go on later; else they are thrown away")
    parser.add_argument("--json", type=Path, help="keep all figures in this file")
    given = parser.parse_args()
    size, found = Size(given.trials, given.rows, given.epochs), []
    with tempfile.TemporaryDirectory() as scratch:
        work = (given.work or Path(scratch)).resolve()
        for seed in range(1, given.seeds + 1):
            peer = sweep("asha+tpe", seed, given.data.resolve(), size, work)
            best = reached(peer, max(moment.value for moment in peer))
            cpu_hours = given.most * best.held / 3600  # A slot has one CPU.
            stops = (f"sweep.stop.target={best.value!r}", f"sweep.stop.cpu_hours={cpu_hours:.4f}")
            mine = sweep("adaptive", seed, given.data.resolve(), size, work, stops)
            found.append(compare(seed, mine, peer))
            show(found)
            if given.json:
                given.json.write_text(json.dumps(found, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
