"""Keeps secrets out of what is shown and logged."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import Any

HIDDEN = "***"
SECRET = re.compile(
    r"(^|[_.-])(password|passwd|passphrase|secret|token|api_?key|access_?key|private_?key|credentials?)$", re.IGNORECASE
)
IN_URL = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*://)[^\s/@'\"]+@")
IN_QUERY = re.compile(r"(?P<name>[?&;](?:[\w-]*(?:token|signature|sig|password|key|secret)[\w-]*)=)[^&\s'\"]+", re.I)
SHORTEST = 6  # A shorter value of the environment would hide common words.


class Redactor:
    """Knows the secrets of this process's environment."""

    def __init__(self, environment: Mapping[str, str] | None = None, more: tuple[str, ...] = ()) -> None:
        """Collects them.

        Args:
            environment: Variables; None: this process's.
            more: Other secrets.
        """
        given = os.environ if environment is None else environment
        found = {value for name, value in given.items() if SECRET.search(name)} | set(more)
        self._secrets = sorted((value for value in found if len(value) >= SHORTEST), key=len, reverse=True)

    def text(self, text: str) -> str:
        """A text without them, and without what stands before the host in a URL."""
        for secret in self._secrets:
            text = text.replace(secret, HIDDEN)
        return IN_QUERY.sub(rf"\g<name>{HIDDEN}", IN_URL.sub(rf"\g<scheme>{HIDDEN}@", text))

    def value(self, value: Any) -> Any:
        """A JSON value without them, and without values whose key says that they are secret."""
        if isinstance(value, Mapping):
            return {key: self._of_key(str(key), item) for key, item in value.items()}
        if isinstance(value, (list, tuple)):
            return [self.value(item) for item in value]
        return self._override(value) if isinstance(value, str) else value

    def _of_key(self, key: str, item: Any) -> Any:
        return HIDDEN if SECRET.search(key) and isinstance(item, str) and item else self.value(item)

    def _override(self, text: str) -> str:
        """Texts such as `key=value` too."""
        key, sign, _ = text.partition("=")
        return f"{key}={HIDDEN}" if sign and SECRET.search(key) else self.text(text)
