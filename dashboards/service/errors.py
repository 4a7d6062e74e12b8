"""What was raised, as an answer: JSON for programs, a page for people."""

from __future__ import annotations

import sqlite3
from http import HTTPStatus
from typing import Any, cast

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from dashboards.service.broken import log_broken
from dashboards.service.problems import ServiceError, refusal
from dashboards.service.security.gate import PROGRAMS
from dashboards.service.security.headers import add_headers
from dashboards.service.security.refused import path_of
from hpo.control import SweepBusyError, shortened
from hpo.errors import HpoError, InputError, LedgerError, Problem, UnknownSweepError
from hpo.results import Redactor

LONGEST = 500


def add_handlers(app: FastAPI) -> None:
    """Every error has an answer."""
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(ServiceError, _service)
    app.add_exception_handler(HpoError, _hpo)
    app.add_exception_handler(sqlite3.Error, _database)
    app.add_exception_handler(SQLAlchemyError, _database)
    app.add_exception_handler(Exception, _broken)


async def _invalid(request: Request, error: Exception) -> Response:
    found = cast(RequestValidationError, error).errors()
    problems = [Problem(_where(item["loc"]), str(item["msg"])) for item in found]
    return _answer(request, 422, "the request is not as it must be", problems)


async def _http(request: Request, error: Exception) -> Response:
    found = cast(HTTPException, error)
    detail = str(found.detail)
    return _answer(request, found.status_code, detail, headers=cast("dict[str, str] | None", found.headers))


async def _service(request: Request, error: Exception) -> Response:
    found = cast(ServiceError, error)
    return _answer(request, found.status, found.detail, found.problems, found.headers)


async def _hpo(request: Request, error: Exception) -> Response:
    if isinstance(error, UnknownSweepError):
        return _answer(request, 404, f"there is no sweep {shortened(error.name)!r}")
    if isinstance(error, InputError):
        return _answer(request, 422, "the input cannot work", error.problems)
    if isinstance(error, SweepBusyError):
        return _answer(request, 409, str(error))
    return _answer(request, 503 if isinstance(error, LedgerError) else 409, str(error))


async def _database(request: Request, error: Exception) -> Response:
    log_broken(f"a database failed {path_of(request.scope)}", error, request.app.state.redactor)
    return _answer(request, 503, "the ledger or the queue cannot be read or written now")


async def _broken(request: Request, error: Exception) -> Response:
    """Sent past what adds headers to the others; the web server logs the error."""
    answer = _answer(request, 500, "the server's log says more")
    add_headers(answer.headers, request.app.state.settings.secure)
    return answer


def _answer(
    request: Request,
    status: int,
    detail: str,
    problems: Any = (),
    headers: dict[str, str] | None = None,
) -> Response:
    redactor: Redactor = request.app.state.redactor
    detail = redactor.text(detail) or HTTPStatus(status).phrase
    told = [Problem(redactor.text(p.where), redactor.text(p.message), redactor.text(p.hint)) for p in problems]
    if request.scope["path"].startswith(PROGRAMS) or request.method not in ("GET", "HEAD"):
        return refusal(status, detail, told, headers)
    page = request.app.state.error_page
    found: Response = refusal(status, detail, told, headers) if page is None else page(request, status, detail)
    return found


def _where(loc: Any) -> str:
    """A place in the request; the body's own keys without `body`."""
    parts = [str(part) for part in loc]
    return shortened(".".join(parts[1:] if len(parts) > 1 and parts[0] == "body" else parts), LONGEST)
