"""What went wrong, as RFC 9457 has it, with every problem of the input."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from pydantic import BaseModel, Field
from starlette.responses import JSONResponse

from hpo.errors import Problem

MEDIA_TYPE = "application/problem+json"


class ProblemItem(BaseModel):
    """One thing wrong with the input."""

    where: str = Field(description="Dotted path of the config or the request, as in `train.learning_rate`.")
    message: str = Field(description="The rule that was broken and what was got.")
    hint: str = Field("", description="What to do about it.")


class ProblemDetail(BaseModel):
    """An answer that is no success."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    problems: list[ProblemItem] = []


class ServiceError(Exception):
    """An answer that is no success; raised anywhere in a request."""

    def __init__(
        self, status: int, detail: str, problems: Sequence[Problem] = (), headers: dict[str, str] | None = None
    ) -> None:
        self.status, self.detail, self.problems, self.headers = status, detail, tuple(problems), headers
        super().__init__(detail)


class ProblemResponse(JSONResponse):
    """It as a response."""

    media_type = MEDIA_TYPE


def refusal(
    status: int, detail: str, problems: Sequence[Problem] = (), headers: dict[str, str] | None = None
) -> ProblemResponse:
    """The response of a problem."""
    items = [ProblemItem(where=p.where, message=p.message, hint=p.hint) for p in problems]
    told = ProblemDetail(title=HTTPStatus(status).phrase, status=status, detail=detail, problems=items)
    return ProblemResponse(told.model_dump(), status, headers)


def answers(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Those statuses for OpenAPI."""
    schema = {"$ref": "#/components/schemas/ProblemDetail"}
    return {
        status: {"description": HTTPStatus(status).phrase, "content": {MEDIA_TYPE: {"schema": schema}}}
        for status in statuses
    }
