"""Lets in who may ask: known host, known person, and no other site behind it."""

from __future__ import annotations

from urllib.parse import quote, urlencode, urlsplit

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from dashboards.service.problems import refusal
from dashboards.service.security.entry import Entry, Refusal
from dashboards.service.security.refused import log_refusal
from dashboards.service.security.sessions import COOKIE, CSRF

HEALTH, LOGIN, STATIC = "/health", "/login", "/static/"
SAFE = ("GET", "HEAD", "OPTIONS")
PROGRAMS = ("/api/", "/metrics")  # Whoever asks here without a session is told so, not led to a page.


class Gate:
    """Stands before the whole application."""

    def __init__(self, app: ASGIApp, entry: Entry, hosts: frozenset[str]) -> None:
        """Stands open for nobody yet.

        Args:
            entry: Knows the token and the sessions.
            hosts: Names that a Host header may have.
        """
        self._app, self._entry, self._sessions, self._hosts = app, entry, entry.sessions, hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            log_refusal(scope, 403, f"nothing here speaks {scope['type']}")
            await send({"type": "websocket.close", "code": 1008})
            return
        request = Request(scope)
        answer = self._entering(request) if "token" in request.query_params else None
        if answer is None:
            found = self._refuses(request)
            if found is None:
                await self._app(scope, receive, send)
                return
            log_refusal(scope, found.status, found.why)
            answer = self._told(request, found)
        await answer(scope, receive, send)

    def _refuses(self, request: Request) -> Refusal | None:
        """Why the request is not let in; None: it is. Notes the session for whoever answers."""
        stranger = self._strange_host(request)
        if stranger is not None:
            return stranger
        path = request.scope["path"]
        if path == HEALTH:
            return None
        cookie = request.cookies.get(COOKIE, "")
        held = bool(cookie) and self._sessions.holds(cookie)
        request.scope.setdefault("state", {})["csrf"] = self._sessions.csrf(cookie) if held else ""
        changes = request.method not in SAFE
        if changes and "origin" in request.headers and not _same_site(request):
            return Refusal(403, "another site asks")
        if path == LOGIN or path.startswith(STATIC):
            return Refusal(403, "no site asks") if changes and "origin" not in request.headers else None
        if "authorization" in request.headers:
            return self._with_token(request)
        if not held:
            return Refusal(401, "no session", {"WWW-Authenticate": "Bearer"})
        if changes and "origin" not in request.headers:
            return Refusal(403, "no site asks")
        if changes and not self._sessions.is_csrf(cookie, request.headers.get(CSRF, "")):
            return Refusal(403, f"the header {CSRF} is not this session's")
        return None

    def _with_token(self, request: Request) -> Refusal | None:
        kind, _, given = request.headers["authorization"].partition(" ")
        return self._entry.attempt(request, given.strip() if kind.lower() == "bearer" else "")

    def _entering(self, request: Request) -> Response | None:
        """The link with the token begins a session, and the token leaves the address line; None: no such link."""
        if request.method != "GET" or self._strange_host(request) is not None:
            return None
        path = request.scope["path"]
        if path == HEALTH or path.startswith(PROGRAMS):
            return None
        found = self._entry.attempt(request, request.query_params["token"])
        if found is not None:
            log_refusal(request.scope, found.status, found.why)
            return self._told(request, found)
        rest = urlencode([(name, value) for name, value in request.query_params.multi_items() if name != "token"])
        to = quote("/" + path.lstrip("/"))  # `//elsewhere` would lead to another host.
        return self._entry.entered(f"{to}?{rest}" if rest else to)

    def _strange_host(self, request: Request) -> Refusal | None:
        given = request.headers.getlist("host")
        name = _host(given[0]) if len(given) == 1 else None
        return None if name in self._hosts else Refusal(421, "the Host header names another machine")

    @staticmethod
    def _told(request: Request, found: Refusal) -> Response:
        wants_page = not request.scope["path"].startswith(PROGRAMS) and request.method in SAFE
        if found.status == 401 and wants_page and _by_script(request):  # The whole page is led away, not a part of it.
            return refusal(401, found.why, headers={**(found.headers or {}), "HX-Redirect": LOGIN})
        if found.status in (401, 429) and wants_page:
            failed = "" if found.why == "no session" else f"?failed={found.status}"
            return RedirectResponse(f"{LOGIN}{failed}", 303)
        return refusal(found.status, found.why, headers=found.headers)


def _by_script(request: Request) -> bool:
    """Whether a script of a page asks, not the browser's address line or a link."""
    return "hx-request" in request.headers or request.headers.get("sec-fetch-mode", "navigate") != "navigate"


def _host(header: str) -> str | None:
    try:
        parts = urlsplit(f"//{header}")
        plain = not (parts.username or parts.password or parts.path or parts.query or parts.fragment)
        _ = parts.port  # Raises where it is no number.
        return (parts.hostname or "").lower() if plain else None
    except ValueError:
        return None


def _same_site(request: Request) -> bool:
    """Whether the page that asks is one of this server's. A proxy may have taken the TLS off: the scheme may differ."""
    try:
        origin = urlsplit(request.headers["origin"])
    except ValueError:  # Of what looks like an IPv6 address and is none.
        return False
    return origin.scheme in ("http", "https") and origin.netloc.lower() == request.headers.get("host", "").lower()
