"""What the MLflow UI shows of a sweep as its description, in markdown: while it runs, and when it was left."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from hpo.redact import Redactor
from hpo.results import words

if TYPE_CHECKING:
    from hpo.tracking.progress import Progress  # It imports mlflow, which takes seconds.

NOTE = "mlflow.note.content"  # Tag of a run or an experiment that the UI shows as its description.
CHARACTERS = 4800  # MLflow's databases take 5000 for a tag.
TABLES = (10, 5, 3)  # Rows of the ranking, fewer where they are long.


def begun(sweep: str, metric: str) -> str:
    """Before a trial has ended."""
    return f"**Running.** No trial has ended yet; the aim is `{metric}`.\n\n{_follow(sweep)}"


def under_way(sweep: str, metric: str, progress: Progress, trials: int | None) -> str:
    """After each trial.

    Args:
        trials: How many there will be at most; None: there is no such limit.
    """
    of = "" if trials is None else f" of {max(trials, progress.ended)}"
    text = f"**Running.** {progress.ended}{of} trials have ended."
    best = progress.best
    if best is not None:
        text += f"\n\nSo far **{metric} {words.number(best.value)}**, of trial {best.number}: "
        text += f"`{words.params(best.params)}`"
    return f"{text}\n\n{_follow(sweep)}"


def left(summary: Mapping[str, Any]) -> str:
    """The result, the ranking, and how to reproduce it.

    Args:
        summary: As `hpo.results.summarize` makes it.
    """
    name = summary["name"]
    first, *more = [*words.headline(summary), words.ended(summary)]
    result = f"{first}\n\n{' '.join(more)}"  # The UI shows few lines before one asks for more.
    again = f"### Again\n\n{_commands(summary)}" if summary["best"] is not None else ""
    for rows in TABLES:
        ranking = words.ranking_table(summary, rows)
        whole = "\n\n".join(filter(None, [result, ranking and f"### Ranking\n\n{ranking}", again]))
        if len(whole) <= CHARACTERS:
            return whole
    return f"{result[: CHARACTERS - 200]}\n\nMore: `hpo results {name}`"


def gave_up(sweep: str, why: str) -> str:
    """Something broke."""
    return f"**Failed**: {Redactor().text(why)[: CHARACTERS - 200]}\n\nGo on with it: `hpo resume {sweep}`"


def _commands(summary: Mapping[str, Any]) -> str:
    found = summary.get("confirmation")
    model = (found and found["delivered"]) or summary["best"]
    lines = [model["command"], f"hpo predict {summary['name']} --file in.jsonl", f"hpo results {summary['name']}"]
    text = "```\n" + "\n".join(lines) + "\n```"
    if summary["model_uri"]:
        text += f'\n\nThe model: `mlflow.pyfunc.load_model("{summary["model_uri"]}")`'
    return text


def _follow(sweep: str) -> str:
    return f"Follow it: `hpo status {sweep}`"
