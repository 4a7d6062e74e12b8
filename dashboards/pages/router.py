"""All pages in one router."""

from __future__ import annotations

from fastapi import APIRouter

from dashboards.pages import assets, compare, figures, follow, home, login, report, submit, sweep, trial

router = APIRouter(include_in_schema=False)
for part in (assets, login, home, compare, submit, report, figures, follow, sweep, trial):
    router.include_router(part.router)
