"""`GET /metrics`, for Prometheus. Behind the token as all else: Prometheus sends it as a bearer token."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

router = APIRouter()


@router.get("/metrics", include_in_schema=False)
def metrics(request: Request) -> Response:
    """Sweeps, queue and disk in numbers."""
    body, content_type = request.app.state.exposition.text(request.headers.get("accept", ""))
    return Response(body, headers={"content-type": content_type, "cache-control": "no-store"})
