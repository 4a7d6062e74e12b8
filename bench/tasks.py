"""What fine-tuning reaches on real data sets, beside the baselines.

    python -m bench.tasks --data FOLDER [--only sst2-full,stsb] [--cpus 2] [--json FILE]

FOLDER holds a folder for each data set, with train.jsonl and validation.jsonl in the formats of their tasks. Each
line is one `hpo train`, printed as it can be typed, in a process of its own; the baselines are measured on the same
validation rows. FIRST stands for a folder with the first rows of a set. Seconds are those of the training: loading,
steps, evaluations, saving.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bench.recipes import RECIPES, Recipe
from hpo.check import training_of
from hpo.config.compose import compose
from models.baselines.base import run_baselines
from models.data import prepare
from models.tasks import goal_of, task_for


def measure(recipe: Recipe, folder: Path, cpus: int) -> dict[str, Any]:
    """Train one recipe and run its baselines. Returns the figures, JSON-able."""
    with tempfile.TemporaryDirectory() as output:
        scratch = Path(output)
        settings = recipe.overrides(folder, scratch)
        overrides = [*settings, f"slots.cpus={cpus}", f"output_dir={output}"]
        begin = time.monotonic()
        command = [str(Path(sys.executable).with_name("hpo")), "train", *overrides]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        wall_s = time.monotonic() - begin
        (path,) = scratch.glob("train-*/result.json")
        result = json.loads(path.read_text(encoding="utf-8"))
        spec, _ = training_of(compose(overrides))
        data = prepare(spec.data, spec.model, spec.cache_dir)
        metric, maximize = goal_of(task_for(spec.data), spec)
        found = [asdict(baseline) for baseline in run_baselines(spec.data.task, data)]
    best = next(e for e in result["evaluations"] if e["step"] == result["best_step"])
    return {
        "name": recipe.name,
        "command": " ".join(["hpo train", *settings]).replace(str(folder), "DATA").replace(output, "FIRST"),
        "metric": metric,
        "maximize": maximize,
        "value": result["best_value"],
        "metrics": best["metrics"],
        "epoch": result["best_epoch"],
        "train_s": sum(result["seconds"].values()),
        "wall_s": wall_s,
        "parameters": result["parameters"],
        "precision": result["precision"],
        "baselines": {one["name"]: one["metrics"][metric] for one in found},
    }


def show(figures: dict[str, Any]) -> None:
    """One recipe's figures, for people."""
    baselines = ", ".join(f"{name} {value:.4g}" for name, value in figures["baselines"].items())
    share = f"{figures['parameters']['trainable']:,} of {figures['parameters']['total']:,} weights"
    others = ", ".join(f"{name} {value:.4g}" for name, value in figures["metrics"].items() if name != figures["metric"])
    print(f"{figures['name']}: {figures['metric']} {figures['value']:.4g} in {figures['train_s']:.0f} s ({share})")
    print(f"    baselines: {baselines}\n    also: {others}\n    {figures['command']}", flush=True)


def main() -> None:
    """Measure the recipes that were asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder with a folder for each data set")
    parser.add_argument("--only", help=f"names, separated by commas, of: {', '.join(RECIPES)}")
    parser.add_argument("--cpus", type=int, default=2, help="threads of a training (%(default)s)")
    parser.add_argument("--json", type=Path, help="keep all figures in this file")
    given = parser.parse_args()
    names = given.only.split(",") if given.only else list(RECIPES)
    if unknown := [name for name in names if name not in RECIPES]:
        parser.error(f"unknown: {', '.join(unknown)}; there are {', '.join(RECIPES)}")
    figures = []
    for name in names:
        figures.append(measure(RECIPES[name], given.data.resolve(), given.cpus))
        show(figures[-1])
        if given.json:
            given.json.write_text(json.dumps(figures, indent=1, ensure_ascii=False), encoding="utf-8")


if __name__ == "__main__":
    main()
