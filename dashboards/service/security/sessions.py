"""A browser's session: a signed cookie, so that a server that is restarted knows it."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time

COOKIE = "hpo_session"
CSRF = "X-HPO-CSRF"  # Header of what changes something: no page of another site can send it.
LASTS_S = 7 * 24 * 3600


class Sessions:
    """Makes and knows sessions. All end when the token is changed."""

    def __init__(self, token: str) -> None:
        self._token = token.encode()
        self._key = self._sign(b"sessions", self._token)

    def is_token(self, given: str) -> bool:
        """Whether it is the token; takes as long whatever it is."""
        return hmac.compare_digest(
            hashlib.sha256(given.encode("utf-8", "surrogateescape")).digest(), hashlib.sha256(self._token).digest()
        )

    def begin(self) -> str:
        """A new session's cookie."""
        what = f"{int(time.time()) + LASTS_S}.{secrets.token_urlsafe(16)}"
        return f"{what}.{self._mark('session', what)}"

    def holds(self, cookie: str) -> bool:
        """Whether it is the cookie of a session that has not ended."""
        what, _, mark = cookie.rpartition(".")
        if not hmac.compare_digest(mark.encode("utf-8", "replace"), self._mark("session", what).encode()):
            return False
        return int(what.partition(".")[0]) > time.time()

    def csrf(self, cookie: str) -> str:
        """What the header `CSRF` must hold in this session; the pages carry it."""
        return self._mark("csrf", cookie)

    def is_csrf(self, cookie: str, given: str) -> bool:
        """Whether it is that."""
        return hmac.compare_digest(given.encode("utf-8", "replace"), self.csrf(cookie).encode())

    def _mark(self, purpose: str, text: str) -> str:
        return self._sign(f"{purpose}:{text}".encode("utf-8", "replace"), self._key).hex()

    @staticmethod
    def _sign(text: bytes, key: bytes) -> bytes:
        return hmac.new(key, text, hashlib.sha256).digest()
