"""The API on a page, for people: what OpenAPI says, without scripts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from dashboards.pages.rendering import page

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class Operation:
    """One thing that can be asked.

    Attributes:
        takes: Name of the body's model; empty: it takes none.
        gives: Statuses of its answers.
    """

    method: str
    path: str
    text: str
    parameters: tuple[tuple[str, str], ...]
    takes: str
    gives: tuple[str, ...]


@router.get("/docs")
def docs(request: Request) -> Response:
    """All that can be asked, with what it takes and gives."""
    schema = request.app.openapi()
    models = schema["components"]["schemas"]
    taken = {operation.takes: models[operation.takes] for operation in _operations(schema) if operation.takes}
    fields = {name: tuple(_fields(model)) for name, model in taken.items()}
    return page(request, "api.html", operations=_operations(schema), fields=fields)


def _operations(schema: dict[str, Any]) -> list[Operation]:
    return [
        Operation(
            method=method.upper(),
            path=path,
            text=told.get("description", ""),
            parameters=tuple((one["name"], one.get("description", "")) for one in told.get("parameters", ())),
            takes=_body(told),
            gives=tuple(told["responses"]),
        )
        for path, methods in schema["paths"].items()
        for method, told in methods.items()
    ]


def _body(told: dict[str, Any]) -> str:
    content = told.get("requestBody", {}).get("content", {}).get("application/json", {})
    return str(content.get("schema", {}).get("$ref", "")).rpartition("/")[2]


def _fields(model: dict[str, Any]) -> list[tuple[str, str]]:
    return [(name, str(told.get("description", ""))) for name, told in model.get("properties", {}).items()]
