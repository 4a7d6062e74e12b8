"""Tab completion: commands and names of sweeps by us, overrides by Hydra."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from hpo.commands.hydra_flags import show_with_hydra
from hpo.place import Place


def run(arguments: list[str], commands: Sequence[str], with_overrides: Sequence[str]) -> int:
    """Answer the shell. Hydra's scripts call `hpo -sc query=bash` with the line typed so far in COMP_LINE.

    Args:
        commands: All commands.
        with_overrides: Those whose arguments are Hydra overrides.
    """
    line = os.environ.get("COMP_LINE", "")
    words = line.split()
    if any(argument.startswith("query=") for argument in arguments):
        typed_command = len(words) < 2 or (len(words) == 2 and not line.endswith(" "))
        if typed_command:
            sys.stdout.write(" ".join(name for name in commands if name.startswith("".join(words[1:]))) + "\n")
            return 0
        if words[1] not in with_overrides:
            started = "" if line.endswith(" ") else words[-1]
            sys.stdout.write(" ".join(name for name in Place.default().names() if name.startswith(started)) + "\n")
            return 0
        os.environ["COMP_LINE"] = line.replace(f" {words[1]}", "", 1)
    show_with_hydra("hpo", arguments)
    return 0
