"""One line in the log for each attempt that was refused, without what it carried."""

from __future__ import annotations

import logging

from starlette.types import Scope

log = logging.getLogger("hpo.service")
LONGEST = 200


def log_refusal(scope: Scope, status: int, why: str) -> None:
    """Write it. Queries, headers and bodies may hold secrets and are left out; a path may hold anything."""
    log.warning("refused %s %s %s from %s: %s", status, scope.get("method", "-"), path_of(scope), peer_of(scope), why)


def path_of(scope: Scope) -> str:
    """The path in one line of plain signs."""
    return ascii(scope.get("path", ""))[1:-1][:LONGEST]


def peer_of(scope: Scope) -> str:
    """The address that a request comes from."""
    client = scope.get("client")
    return str(client[0]) if client else "-"
