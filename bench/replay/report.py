"""What the replays came to: a table for people, JSON, and figures."""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from bench.replay.work import Done

GRID = 60  # Costs at which the regret is given.


@dataclass(frozen=True)
class Cell:
    """One method on one task.

    A seed that never reached the top counts with the cap, also where its search ended before: whoever has tried all and
    kept none of the best would have to begin again.

    Attributes:
        cost, time: Medians over the seeds.
        reached: How many seeds reached it.
        seeds: How many there were.
        at_least: Whether the median is that of a seed that never reached it.
    """

    cost: float
    time: float
    reached: int
    seeds: int
    at_least: bool

    @classmethod
    def of(cls, found: Sequence[Done]) -> Cell:
        """From the replays of one method on one task."""
        late = sum(not done.result.reached for done in found)
        costs = [done.result.cost if done.result.reached else done.cap for done in found]
        times = [done.result.time if done.result.reached else max(done.cap, done.result.time) for done in found]
        at_least = 2 * late >= len(found)
        return cls(statistics.median(costs), statistics.median(times), len(found) - late, len(found), at_least)

    def __str__(self) -> str:
        return f"{'>' if self.at_least else ''}{self.cost:,.0f}"


def summary(found: Sequence[Done]) -> dict[str, dict[str, Cell]]:
    """By method, then by task."""
    cells: dict[str, dict[str, Cell]] = {}
    for method in dict.fromkeys(done.job.method for done in found):
        mine = [done for done in found if done.job.method == method]
        tasks = dict.fromkeys(done.job.task for done in mine)
        cells[method] = {task: Cell.of([done for done in mine if done.job.task == task]) for task in tasks}
    return cells


def means(cells: Mapping[str, Cell]) -> tuple[float, float]:
    """Geometric means over tasks: of the cost, of the time."""
    return _mean([cell.cost for cell in cells.values()]), _mean([cell.time for cell in cells.values()])


def table(found: Sequence[Done]) -> str:
    """One line a method: the median cost on each task, the geometric means, and how many seeds reached the top."""
    cells = summary(found)
    tasks = list(dict.fromkeys(done.job.task for done in found))
    head = ["method", *tasks, "mean cost", "mean time", "reached", "s a replay"]
    lines = [head]
    for method, row in cells.items():
        cost, time = means(row)
        more = ">" if any(cell.at_least for cell in row.values()) else ""
        reached = f"{sum(c.reached for c in row.values())}/{sum(c.seeds for c in row.values())}"
        seconds = statistics.fmean(done.seconds for done in found if done.job.method == method)
        values = [str(row[task]) if task in row else "" for task in tasks]
        lines.append([method, *values, f"{more}{cost:,.0f}", f"{more}{time:,.0f}", reached, f"{seconds:.1f}"])
    return "\n".join("| " + " | ".join(line) + " |" for line in [head, ["---"] * len(head), *lines[1:]])


def to_dict(found: Sequence[Done], about: Mapping[str, Any]) -> dict[str, Any]:
    """All figures as JSON values."""
    return {
        "about": dict(about),
        "summary": {
            method: {
                "tasks": {task: asdict(cell) for task, cell in cells.items()},
                "mean_cost": means(cells)[0],
                "mean_time": means(cells)[1],
            }
            for method, cells in summary(found).items()
        },
        "regret": {
            task: {"cost": grid.tolist(), "methods": {m: y.tolist() for m, y in curves.items()}}
            for task, (grid, curves) in regrets(found).items()
        },
        "runs": [{**asdict(d.job), **asdict(d.result), "cap": d.cap, "seconds": d.seconds} for d in found],
    }


def regrets(found: Sequence[Done]) -> dict[str, tuple[np.ndarray, dict[str, np.ndarray]]]:
    """By task: a grid of costs, and of each method the mean regret over its seeds there, 1 before anything is known."""
    result: dict[str, tuple[np.ndarray, dict[str, np.ndarray]]] = {}
    for task in dict.fromkeys(done.job.task for done in found):
        here = [done for done in found if done.job.task == task]
        ends = [done.result.cost for done in here]
        grid = np.geomspace(max(1e-3, max(ends) / 1000), max(ends), GRID)
        curves: dict[str, np.ndarray] = {}
        for method in dict.fromkeys(done.job.method for done in here):
            curves[method] = np.mean([_regret(done, grid) for done in here if done.job.method == method], axis=0)
        result[task] = grid, curves
    return result


def draw(found: Sequence[Done], folder: Path, unit: str) -> list[Path]:
    """One figure a task, regret against cost; returns their paths."""
    import matplotlib as mpl  # noqa: PLC0415  # Slow, and only for this.

    mpl.use("Agg")
    from matplotlib import pyplot as plt  # noqa: PLC0415

    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for task, (grid, curves) in regrets(found).items():
        figure, axes = plt.subplots(figsize=(7, 4.5))
        for method, regret in curves.items():
            axes.step(grid, regret, where="post", label=method)
        axes.set(xscale="log", xlabel=f"cost ({unit})", ylabel="regret of the best trained to its end", title=task)
        axes.legend(fontsize="small")
        paths.append(folder / f"{task}.png")
        figure.savefig(paths[-1], dpi=120, bbox_inches="tight")
        plt.close(figure)
    return paths


def _regret(done: Done, grid: np.ndarray) -> np.ndarray:
    """A replay that has reached the top keeps the regret that it had then."""
    values = np.ones(len(grid))
    for cost, regret in done.result.regret:
        values[grid >= cost] = regret
    return values


def _mean(values: Sequence[float]) -> float:
    return math.exp(statistics.fmean(math.log(max(value, 1e-9)) for value in values))
