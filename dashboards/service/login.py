"""A browser's way in and out. The page with the form is one of `dashboards.pages`."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from dashboards.service.security.entry import Entry
from dashboards.service.security.gate import LOGIN
from dashboards.service.security.refused import log_refusal

router = APIRouter(include_in_schema=False)


@router.post(LOGIN)
async def login(request: Request) -> Response:
    """Take the token of a form and begin a session."""
    form = await request.form(max_files=0, max_fields=10)
    given = form.get("token", "")
    entry: Entry = request.app.state.entry
    found = entry.attempt(request, given.strip() if isinstance(given, str) else "")
    if found is None:
        return entry.entered("/")
    log_refusal(request.scope, found.status, found.why)
    return RedirectResponse(f"{LOGIN}?failed={found.status}", 303)


@router.post("/logout")
async def logout(request: Request) -> Response:
    """End the session in this browser."""
    entry: Entry = request.app.state.entry
    return entry.left(LOGIN)
