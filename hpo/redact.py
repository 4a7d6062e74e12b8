"""Keeps secrets out of what is shown, logged, and written where others read it."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import Any

HIDDEN = "***"
SECRET = re.compile(
    r"((^|[_.+-])(secret|token|credentials?|connection_?string|(api|access|private|secret|account|storage)_?key)"
    r"|[_.-]pwd|password|passwd|passphrase)$",  # PWD alone is the working directory.
    re.IGNORECASE,
)
# What stands before the host, also with a slash in the password, as databases take it; a web server's port is none.
IN_URL = re.compile(
    r"://(?!(?<=ttp://|tps://)[^\s/@:'\"`]*:\d+/)"
    r"([^\s/@:'\"`]*:[^\s@'\"`]*|[^\s/@'\"`]+)@([^\s/?#@'\"`]*@)*",
    re.IGNORECASE,
)
IN_QUERY = re.compile(
    r"(?P<name>[?&;#][\w-]*(?:token|signature|sig|password|passwd|pwd|credential|key|secret)[\w-]*=)[^&\s'\"`<>|)\]}]+",
    re.IGNORECASE,
)
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
        """A text without them, without what stands before the host in a URL, and without secrets in its query."""
        for secret in self._secrets:
            text = text.replace(secret, HIDDEN)
        return IN_QUERY.sub(rf"\g<name>{HIDDEN}", IN_URL.sub(f"://{HIDDEN}@", text))

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
