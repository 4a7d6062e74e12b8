"""What an address asks of a table, checked."""

from __future__ import annotations

from collections.abc import Collection

from fastapi import Request

from dashboards.pages.asked import Asked

LONGEST = 100


def asked_of(request: Request, usual: str, columns: Collection[str], states: Collection[str]) -> Asked:
    """What is wanted; what makes no sense is as if it were not there.

    Args:
        request: Its query has `state`, `q`, `sort`, `dir` and `page`.
        usual: The column by which the table is sorted when none is named.
        columns: Those by which it can be sorted.
        states: Those that a row can have.
    """
    query = request.query_params
    state, sort, page = query.get("state", ""), query.get("sort", ""), query.get("page", "1")
    return Asked(
        usual,
        state if state in states else "",
        query.get("q", "").strip()[:LONGEST],
        sort if sort in columns and sort != usual else "",
        query.get("dir") != "up",
        int(page) if page.isascii() and page.isdigit() and len(page) < 9 else 1,
    )
