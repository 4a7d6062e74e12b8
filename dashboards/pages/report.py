"""The report of a sweep, as it lies in the sweep's folder."""

from __future__ import annotations

from pathlib import Path

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import FileResponse

from hpo.results import Look

REPORT = "report.html"
# It brings its own scripts and styles, so it gets a world of its own: no cookies, no requests, no page around it.
POLICY = (
    "sandbox allow-scripts allow-popups; default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval'; "
    "style-src 'unsafe-inline'; img-src data: blob:; font-src data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)

router = APIRouter(include_in_schema=False)


@router.get("/sweeps/{name}/report")
def report(request: Request, name: str) -> FileResponse:
    """The file, shut off from the pages around it."""
    path = report_of(request.app.state.watch.look(name))
    if path is None:
        raise HTTPException(404, f"{name} has no report yet. It is made at the end, or by: hpo report {name}")
    headers = {"Content-Security-Policy": POLICY, "Cache-Control": "no-store"}
    return FileResponse(path, media_type="text/html; charset=utf-8", headers=headers)


def report_of(look: Look) -> Path | None:
    """Where the report is; None: there is none on this machine."""
    path = Path(look.about["sweep_dir"]) / REPORT
    return path if path.is_file() else None
