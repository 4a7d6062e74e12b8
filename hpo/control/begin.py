"""Starts what drives a sweep as a process of its own, which outlives whoever started it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy.engine import URL, make_url

from hpo.control.more import More
from hpo.errors import InputError
from hpo.place import Place
from hpo.redact import SECRET


def sweep_arguments(overrides: Sequence[str]) -> tuple[str, ...]:
    """The command line of `hpo` that begins a sweep."""
    return ("sweep", *overrides)


def resume_arguments(name: str) -> tuple[str, ...]:
    """The one that goes on with a sweep."""
    return ("resume", name)


def extend_arguments(name: str, more: More) -> tuple[str, ...]:
    """The one that goes on with a sweep for longer."""
    return ("extend", name, *more.arguments())


def command_of(arguments: Sequence[str]) -> tuple[str, ...]:
    """The whole command line of arguments of `hpo`, for this Python."""
    return (sys.executable, "-m", "hpo", *arguments)


def environment_at(place: Place) -> dict[str, str]:
    """This process's environment, in which every command finds the place. A ledger's password is in no command line."""
    where = {"HPO_OUTPUT_DIR": str(place.output_dir.resolve()), "COLUMNS": "160"}
    return {**os.environ, **where, **({} if place.url is None else {"HPO_LEDGER_URL": place.url})}


def open_environment(place: Place) -> dict[str, str]:
    """The variables alone that name the place, for where they can be seen.

    Raises:
        InputError: The ledger's URL has a password. Without the URL, another ledger would be taken.
    """
    named = {"HPO_OUTPUT_DIR": str(place.output_dir.resolve())}
    if place.url is None:
        return named
    if "://" in place.url and _has_secret(make_url(place.url)):
        rule = "the URL goes to where others see it, as Ray's list of jobs: it must have no password"
        raise InputError.one("--ledger", rule, "give the nodes the password: a .pgpass file, or PGPASSWORD")
    return {**named, "HPO_LEDGER_URL": place.url}


def _has_secret(url: URL) -> bool:
    return url.password is not None or any(SECRET.search(name) for name in url.query)


def start(command: Sequence[str], place: Place, log: Path) -> subprocess.Popen[bytes]:
    """Start a command in a session of its own, so that no signal to this one's terminal reaches it.

    Args:
        command: The whole command line, as `command_of` makes it.
        place: Where its sweeps are.
        log: File to which its output is added.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        return subprocess.Popen(
            list(command),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=environment_at(place),
            start_new_session=True,
        )
