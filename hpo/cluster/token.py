"""The token without which a cluster takes no connection. Ray's own token authentication."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

MODE = "RAY_AUTH_MODE"
TOKEN_PATH = "RAY_AUTH_TOKEN_PATH"
GIVEN_BY = ("RAY_AUTH_TOKEN", TOKEN_PATH)
TOKEN_BYTES = 32


def given_by_environment() -> bool:
    """Whether the person's environment names the token; it is then used by nodes and drivers alike."""
    return any(os.environ.get(name) for name in GIVEN_BY)


def new_token(path: Path) -> Path:
    """Write a new token that only this user can read."""
    path.unlink(missing_ok=True)
    path.touch(mode=0o600, exist_ok=False)  # before there is anything to read
    path.write_text(secrets.token_hex(TOKEN_BYTES), encoding="ascii")
    return path


def token_settings(path: str | None) -> dict[str, str]:
    """Environment variables under which Ray demands and sends the token; without a path, Ray's own places count."""
    return {MODE: "token"} | ({TOKEN_PATH: path} if path is not None else {})
