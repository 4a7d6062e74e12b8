"""Does the interval that a confirmation reports hold the mean of seeds that it has not seen?

    python -m bench.confirmation --data FOLDER [--repetitions 5] [--further 5] [--json FILE]

FOLDER holds train.jsonl, validation.jsonl and test.jsonl of a text classification, as trec6. Each repetition is a sweep
of a small network from nothing with seeds of its own, run as a person would; then the winner is trained under further
seeds. An interval of level L holds the true mean with probability L. The mean of a few further seeds is itself a draw:
with three seeds confirmed and five further ones, 0.92 of the intervals of level 0.95 hold it.
"""

from __future__ import annotations

import argparse
import json
import shlex
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from hpo.check import training_of
from hpo.config.compose import compose
from models.training import train

FURTHER = 2000  # Beyond the search's `train.seed`; the confirmation's own begin at 1000.
SETTINGS = (
    *("data=json", "data.max_length=32", "data.train_rows=2000", "model=cnn", "train.epochs=3", "scheduler=fifo"),
    *("space=none", "space.train.learning_rate={low: 5e-4, high: 1e-2, log: true}"),
    *("space.train.batch_size={choices: [16, 32]}", "sweep.trials=4", "sampler=random", "sweep.baselines=false"),
)


def repeat(folder: Path, repetition: int, further: int) -> dict[str, Any]:
    """One sweep with its confirmation, and its winner under further seeds. Returns the figures, JSON-able."""
    files = [f"data.{split}={folder / split}.jsonl" for split in ("train", "validation", "test")]
    seed = 42 + 10_000 * repetition
    with tempfile.TemporaryDirectory() as output:
        own = [f"output_dir={output}", "sweep.name=bench", f"sweep.seed={repetition}", f"train.seed={seed}"]
        command = [str(Path(sys.executable).with_name("hpo")), "sweep", *SETTINGS, *files, *own]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        summary = json.loads((Path(output) / "bench" / "summary.json").read_text(encoding="utf-8"))
        found = summary["confirmation"]
        words = shlex.split(found["delivered"]["command"])[2:]
        values = [_train([*words, f"train.seed={seed + FURTHER + index}"]) for index in range(further)]
    first = found["ranking"][0]
    mean = statistics.fmean(values)
    return {
        "repetition": repetition,
        "metric": summary["metric"],
        "searched": first["searched"],
        "confirmed": list(first["values"].values()),
        "mean": first["mean"],
        "low": first["low"],
        "high": first["high"],
        "further": values,
        "further_mean": mean,
        "held": first["low"] <= mean <= first["high"],
        "optimism": first["optimism"],
        "tie": any(row["tie"] for row in found["ranking"][1:]),
        "test": found["test"]["metrics"][summary["metric"]],
    }


def _train(overrides: list[str]) -> float:
    spec, _ = training_of(compose(overrides))
    return train(spec).best_value


def show(figures: dict[str, Any]) -> None:
    """One repetition, for people."""
    interval = f"{figures['mean']:.4f}, {figures['low']:.4f} to {figures['high']:.4f}"
    held = "holds" if figures["held"] else "DOES NOT HOLD"
    print(f"{figures['repetition']}: {figures['metric']} {interval} {held} {figures['further_mean']:.4f}", flush=True)
    tie = "a tie" if figures["tie"] else "no tie"
    print(f"    the search had {figures['searched']:.4f}; {tie}; test {figures['test']:.4f}", flush=True)


def main() -> None:
    """Repeat, and count."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder with train, validation and test .jsonl")
    parser.add_argument("--repetitions", type=int, default=5, help="sweeps (%(default)s)")
    parser.add_argument("--further", type=int, default=5, help="further seeds of each winner (%(default)s)")
    parser.add_argument("--json", type=Path, help="keep all figures in this file")
    given = parser.parse_args()
    figures = []
    for repetition in range(given.repetitions):
        figures.append(repeat(given.data.resolve(), repetition, given.further))
        show(figures[-1])
        if given.json:
            given.json.write_text(json.dumps(figures, indent=1), encoding="utf-8")
    held = sum(one["held"] for one in figures)
    optimism = statistics.fmean(one["optimism"] for one in figures)
    print(f"{held} of {len(figures)} intervals hold the mean of {given.further} further seeds")
    print(f"mean optimism of the search: {optimism:+.4f}")


if __name__ == "__main__":
    main()
