"""A browser's visit to a server of this machine, and what must not happen on it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, ConsoleMessage, Page, Request, WebError

SCHEMES = ("data", "blob", "file", "about")  # What a page has inside, and files.
HERE = ("127.0.0.1", "localhost")
NO_ANSWER = ("net::ERR_", "[object Event]")  # As the browser, and htmx, tell of a server that is away.


class Visit:
    """A world of its own in the browser: cookies, pages, and a list of what went wrong in them.

    Attributes:
        outside: Addresses on other machines that were asked.
        wrong: Errors that pages threw or wrote to the console.
    """

    def __init__(self, browser: Browser, patience_s: float = 60, **options: Any) -> None:
        """Nobody is visited yet.

        Args:
            patience_s: How long anything is waited for.
            options: Of the browser's context: `color_scheme`, `viewport` and so on.
        """
        self.outside: list[str] = []
        self.wrong: list[str] = []
        self._expected: tuple[str, ...] = ()
        self.context = browser.new_context(**options)
        self.context.set_default_timeout(patience_s * 1000)
        self.context.on("request", self._asked)
        self.context.on("console", self._said)
        self.context.on("weberror", self._threw)

    def page(self, address: str) -> Page:
        """Open an address in a new page."""
        page = self.context.new_page()
        page.goto(address)
        return page

    @contextmanager
    def expecting(self, *texts: str) -> Iterator[None]:
        """As long as it lasts, an error in the console that has one of these texts is nothing wrong."""
        self._expected = texts
        yield
        self._expected = ()

    def end(self) -> None:
        """Close all pages, and hold what they did against what they may do."""
        self.context.close()
        assert self.outside == [], self.outside
        assert self.wrong == [], self.wrong

    def _asked(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in SCHEMES and parts.hostname not in HERE:
            self.outside.append(request.url)

    def _said(self, message: ConsoleMessage) -> None:
        told = f"{message.text} ({message.location['url']})"
        if message.type == "error" and not any(text in told for text in self._expected):
            self.wrong.append(told)

    def _threw(self, error: WebError) -> None:
        self.wrong.append(str(error.error))
