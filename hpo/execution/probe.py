"""What is looked at on each node of a cluster. Needs nothing but the standard library, so that it runs anywhere."""

from __future__ import annotations

import importlib.metadata
import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

DRIVERS_FILE = "driver"
AUTH_MODE = "RAY_AUTH_MODE"


@dataclass(frozen=True)
class Seen:
    """What a node says.

    Attributes:
        unreadable: By path, why it cannot be read there.
        unshared: Why the driver's output folder is not the one that this node sees; empty: it is.
        versions: By package; None: not installed.
        auth_mode: Ray's authentication where this ran: `token` or `disabled`.
    """

    unreadable: dict[str, str]
    unshared: str
    versions: dict[str, str | None]
    auth_mode: str


def look(meeting_place: str, word: str, node_id: str, paths: Sequence[str], packages: Sequence[str]) -> Seen:
    """Look at folders and packages where this runs.

    Args:
        meeting_place: Folder that the driver has just made in the output folder.
        word: What the driver's file in it holds. A file with the node's id is written next to it.
        paths: Files and folders to be read.
    """
    unreadable = {path: why for path in paths if (why := _why_unreadable(Path(path)))}
    unshared = _why_unshared(Path(meeting_place), word, node_id)
    return Seen(unreadable, unshared, {name: version(name) for name in packages}, auth_mode())


def auth_mode() -> str:
    """Ray's authentication here, which every process has from the environment of the one that started it."""
    return os.environ.get(AUTH_MODE, "disabled").lower()


def version(package: str) -> str | None:
    """The version of an installed package, or of `python`."""
    if package == "python":
        return platform.python_version()
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


def differences(mine: Mapping[str, str], theirs: Mapping[str, str | None]) -> list[str]:
    """In words, which packages differ."""
    return [
        f"{name} {theirs.get(name) or 'is missing'} instead of {wanted}"
        for name, wanted in mine.items()
        if theirs.get(name) != wanted
    ]


def _why_unreadable(path: Path) -> str:
    try:
        if path.is_dir():
            next(path.iterdir(), None)
        else:
            path.open("rb").close()
    except OSError as error:
        return error.strerror or str(error)
    return ""


def _why_unshared(meeting_place: Path, word: str, node_id: str) -> str:
    try:
        if (meeting_place / DRIVERS_FILE).read_text(encoding="ascii") != word:
            return "a file there is not what the driver wrote"
    except OSError as error:
        return f"a file that the driver wrote is not seen ({error.strerror})"
    try:
        (meeting_place / node_id).write_text(word, encoding="ascii")
    except OSError as error:
        return f"nothing can be written ({error.strerror})"
    return ""
