"""Begins sessions for those who know the token, and slows down those who guess."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from dashboards.service.security.refused import peer_of
from dashboards.service.security.sessions import COOKIE, LASTS_S, Sessions
from dashboards.service.security.throttle import Throttle


@dataclass(frozen=True)
class Refusal:
    """Why a request is not let in."""

    status: int
    why: str
    headers: dict[str, str] | None = None


class Entry:
    """The one place where a token is compared.

    Attributes:
        sessions: Of browsers.
    """

    def __init__(self, token: str, secure: bool, throttle: Throttle | None = None) -> None:
        """Knows the token.

        Args:
            secure: Whether cookies go by https alone.
        """
        self.sessions = Sessions(token)
        self._throttle, self._secure = throttle or Throttle(), secure

    def attempt(self, request: Request, given: str) -> Refusal | None:
        """Whether what was given is the token; None: it is.

        The right one is taken at any time: nobody guesses 256 bits. Failed attempts are told to wait when there are
        many, so that they fill neither the log nor the processor.
        """
        if self.sessions.is_token(given):
            return None
        peer = peer_of(request.scope)
        wait_s = self._throttle.wait_s(peer)
        if wait_s:
            return Refusal(429, "too many failed attempts", {"Retry-After": str(wait_s)})
        self._throttle.failed(peer)
        return Refusal(401, "not the token", {"WWW-Authenticate": "Bearer"})

    def entered(self, to: str) -> Response:
        """A new session, and on to a page."""
        answer = RedirectResponse(to, 303)
        answer.set_cookie(
            COOKIE, self.sessions.begin(), max_age=LASTS_S, httponly=True, samesite="strict", secure=self._secure
        )
        return answer

    def left(self, to: str) -> Response:
        """The session ends in this browser."""
        answer = RedirectResponse(to, 303)
        answer.delete_cookie(COOKIE, httponly=True, samesite="strict", secure=self._secure)
        return answer
