"""Whether the server answers: the one thing that anybody may ask."""

from __future__ import annotations

from fastapi import APIRouter

from dashboards.service.api.models import Health
from dashboards.service.security.gate import HEALTH

router = APIRouter(tags=["health"])


@router.get(HEALTH)
def health() -> Health:
    """That it answers, and nothing else."""
    return Health()
