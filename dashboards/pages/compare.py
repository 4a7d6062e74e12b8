"""The page of two sweeps side by side."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from dashboards.pages.compared import best_values, facts, settings, spaces, verdict
from dashboards.pages.rendering import hidden, page

router = APIRouter(include_in_schema=False)


@router.get("/compare")
def compare(request: Request, sweep: Annotated[list[str], Query(max_length=10)] = []) -> HTMLResponse:  # noqa: B006
    """Two sweeps; where fewer are named, the form in which to choose them."""
    watch = request.app.state.watch
    names = [line.name for line in watch.sweeps()]
    chosen = (*sweep[:2], "", "")[:2]
    if not all(chosen):
        return page(request, "compare.html", names=names, chosen=chosen, looks=())
    one, other = (watch.look(name) for name in chosen)
    context: dict[str, Any] = {
        "names": names,
        "chosen": chosen,
        "looks": (one, other),
        "verdict": verdict(one, other),
        "tables": [
            ("How they stand", facts(one, other)),
            ("Their spaces", spaces(one, other)),
            ("Their best configurations", best_values(one, other)),
            ("Other differences of their configs", settings(one, other, lambda config: hidden(request, config))),
        ],
        "query": urlencode({"one": one.name, "other": other.name}),
    }
    return page(request, "compare.html", **context)
