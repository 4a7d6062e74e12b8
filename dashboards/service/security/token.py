"""The token that everyone must know who asks the service."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from hpo.errors import InputError

TOKEN = "token"


def token_at(folder: Path) -> tuple[str, bool]:
    """The token in the service's folder, which only its owner can read; made where there is none.

    Returns:
        The token, and whether it was made now.

    Raises:
        InputError: Others can read it.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / TOKEN
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return _read(path), False
    token = secrets.token_urlsafe(32)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(token + "\n")
        file.flush()
        os.fsync(file.fileno())
    return token, True


def _read(path: Path) -> str:
    facts = path.lstat()
    if facts.st_mode & 0o077 or facts.st_uid != os.geteuid():
        hint = f"chmod 600 {path}; or remove it, and another is made"
        raise InputError.one("token", f"others than its owner can read {path}", hint)
    token = path.read_text(encoding="ascii").strip()
    if len(token) < 32:
        raise InputError.one("token", f"{path} holds no token", "remove it, and another is made")
    return token
