"""The page of one trial."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse

from dashboards.pages.log import log_lines
from dashboards.pages.points import point_fields
from dashboards.pages.rendering import mlflow_run, page
from dashboards.pages.table import names_of, spent_s
from dashboards.pages.words import number, seconds
from hpo.results import Look, TrialRecord, nearest, ranking, train_command

KINDS = ("load", "train", "eval", "save", "wait")
NEAREST = 6

router = APIRouter(include_in_schema=False)


@router.get("/sweeps/{name}/trials/{number}")
def trial(request: Request, name: str, number: int) -> HTMLResponse:
    """All that is known of the trial."""
    look = request.app.state.watch.look(name)
    return page(request, "trial.html", **_context(request, look, record_of(look, number)))


def record_of(look: Look, number: int) -> TrialRecord:
    """One trial of a sweep. Raises 404 where it has none of this number."""
    found = next((record for record in look.records if record.number == number), None)
    if found is None:
        there = f"it has trials 0 to {look.records[-1].number}" if look.records else "none has begun yet"
        raise HTTPException(404, f"{look.name} has no trial {number}; {there}")
    return found


def _context(request: Request, look: Look, record: TrialRecord) -> dict[str, Any]:
    numbers = [other.number for other in look.records]
    at = numbers.index(record.number)
    ranked = [other.number for other in ranking(look.records, look.maximize)]
    champion, story = look.status.best, look.story(record.number)
    return {
        "look": look,
        "record": record,
        "best": champion is not None and champion.number == record.number,
        "champion": champion,
        "before": numbers[at - 1] if at else None,
        "after": numbers[at + 1] if at + 1 < len(numbers) else None,
        "rank": ranked.index(record.number) + 1 if record.number in ranked else None,
        "ranked": len(ranked),
        "cost_s": spent_s(record),
        "kinds": [(kind, record.seconds(f"{kind}_s")) for kind in KINDS if record.seconds(f"{kind}_s") >= 0.05],
        "near": nearest(look.about, look.records, record.number, NEAREST),
        "short": names_of(look),
        "story": story,
        "log": log_lines(record, story),
        "facts": _facts(record),
        "point": point_fields(look.about, record.params),
        "command": train_command(look.about, record.params),
        "mlflow_run": mlflow_run(request, look.about.get("mlflow_experiment_id"), record.mlflow_run_id),
    }


def _facts(record: TrialRecord) -> list[tuple[str, str]]:
    """What the training said of itself, name and text."""
    told = []
    for name, value in record.facts.items():
        if name.endswith("_s") and isinstance(value, (int, float)):
            told.append((name.removesuffix("_s").replace("_", " "), seconds(float(value))))
        elif name.endswith("_mib") and isinstance(value, (int, float)):
            told.append((name.removesuffix("_mib").replace("_", " "), f"{number(value)} MiB"))
        elif isinstance(value, (bool, int, float, str)):
            told.append((name.replace("_", " "), number(value)))
    return told
