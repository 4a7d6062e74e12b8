"""The page that asks for the token. Who gets in is decided by the service."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from dashboards.pages.rendering import page

PROBLEMS = {
    401: "That is not the token.",
    429: "There were too many failed attempts. Wait a minute, then try again.",
}

router = APIRouter(include_in_schema=False)


@router.get("/login")
def login(request: Request, failed: Annotated[int, Query(ge=0, le=599)] = 0) -> HTMLResponse:
    """The page with the field for the token; after a failed attempt, it says why."""
    problem = PROBLEMS.get(failed, "That did not work." if failed else "")
    return page(request, "login.html", problem=problem)
