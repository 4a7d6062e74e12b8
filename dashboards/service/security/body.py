"""Refuses requests that are too large, whatever length they claim."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dashboards.service.problems import refusal
from dashboards.service.security.refused import log_refusal


class BodyLimit:
    """Counts what is sent."""

    def __init__(self, app: ASGIApp, most_bytes: int) -> None:
        self._app, self._most = app, most_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        why = f"a request has at most {self._most} bytes"
        claimed = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
        if not claimed.isdigit() or int(claimed) > self._most:
            log_refusal(scope, 413, why)
            await refusal(413, why)(scope, receive, send)
            return
        seen = 0

        async def counted() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > self._most:
                log_refusal(scope, 413, why)
                raise HTTPException(413, why)
            return message

        await self._app(scope, counted, send)
