"""Whether the hub can be reached, found out in seconds: transformers alone retries for half a minute, loudly."""

from __future__ import annotations

import os
import socket
from functools import lru_cache
from urllib.parse import urlsplit

from huggingface_hub import constants

CONNECT_TIMEOUT_S = 3.0


@lru_cache(maxsize=1)
def hub_reachable() -> bool:
    """Whether the hub (`HF_ENDPOINT`) accepts a connection; asked once a process.

    False when HF_HUB_OFFLINE is set. With a proxy configured it is taken to be reachable.
    """
    if constants.HF_HUB_OFFLINE:
        return False
    if any(os.environ.get(name) for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy")):
        return True
    address = urlsplit(constants.ENDPOINT)
    port = address.port or (80 if address.scheme == "http" else 443)
    try:
        with socket.create_connection((address.hostname or "", port), timeout=CONNECT_TIMEOUT_S):
            return True
    except OSError:
        return False
