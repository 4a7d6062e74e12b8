"""What `hpo` tells the shell."""

from __future__ import annotations

import enum


class ExitCode(enum.IntEnum):
    """Exit codes of every command."""

    OK = 0
    FAILED = 1  # every trial failed, or something broke
    BAD_INPUT = 2  # nothing was started
    INTERRUPTED = 130  # Ctrl-C, as shells have it: 128 + SIGINT
