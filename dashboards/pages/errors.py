"""Pages for what went wrong."""

from __future__ import annotations

from fastapi import Request
from fastapi.responses import HTMLResponse

from dashboards.pages.rendering import page

TEXTS = {
    400: ("That was not understood", "The request is not one that this service knows."),
    401: ("Log in first", "The session has ended, or there was none."),
    403: ("Not allowed", "The request was refused: it came from another page, or without the session's mark."),
    404: (
        "Nothing is here",
        "There is no sweep, trial or page of this name in this ledger. A sweep that was just begun takes a moment.",
    ),
    405: ("Not in this way", "The address is right, but it does not take this kind of request."),
    413: ("Too large", "The request is larger than this service takes."),
    429: ("Too many attempts", "Wait a minute, then try again."),
    500: ("Something broke", "The mistake is this service's, not yours. Its log says more. Sweeps go on without it."),
    503: ("Not now", "The ledger cannot be read at the moment. Sweeps go on; try again in a while."),
}
AGAIN = (429, 500, 503)


def error_page(request: Request, status: int, detail: str = "") -> HTMLResponse:
    """A page that says what went wrong, and where to go from there.

    Args:
        request: The one that failed.
        status: HTTP status.
        detail: What is known of it, in words for the person; no secrets.
    """
    title, text = TEXTS.get(status, TEXTS[400] if status < 500 else TEXTS[500])
    context = {"code": status, "title": title, "text": text, "detail": detail, "again": status in AGAIN}
    return page(request, "error.html", status=status, **context)
