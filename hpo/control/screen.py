"""What overrides from elsewhere may not say: those that somebody sends who does not sit at this machine.

The person at the machine may use all of Hydra's grammar. What comes over a network may set values and choose options,
and nothing else: it reads no environment, no file outside the folders that were opened to it, and moves no output.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hpo.errors import Problem

KEY = re.compile(r"~?[A-Za-z][A-Za-z0-9_-]*(\.[A-Za-z0-9_-]+)*")
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
OPTION = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")
INTERPOLATION = re.compile(r"\$\s*\\*\s*\{")  # `${`, also as Hydra reads `$\{`.
ESCAPED = re.compile(r"\$\\+\{|\$\{")
DEEPEST = 12  # Brackets in brackets.
# Sections that say where a sweep runs and writes: the server's to decide.
PLACES = ("output_dir", "ledger", "tracking", "cluster")
# Keys that name a file or a folder, or a model or data set that may be a folder.
FILES = ("train", "validation", "test", "path", "id")
FREE_TEXT = ("prefix", "label_separator")  # Texts that may look like anything.
DIMENSION = ("choices", "values", "low", "high")  # Keys after that of the value that is searched.
RUNS_CODE = "trust_remote_code"  # Key that lets a model bring Python of its own.
URL = re.compile(r"^[A-Za-z][A-Za-z0-9+.-]*:")


@dataclass(frozen=True)
class Rules:
    """What is open to those who send overrides.

    Attributes:
        roots: Folders, whole paths, in which data and models may be.
        closed: Folders inside of them in which they may not, such as the server's own.
        urls: Beginnings of URLs that may be read, as in `s3://bucket/data/`.
        places: Sections of `PLACES` that may be set all the same.
        most: Number of overrides.
        longest: Characters of one.
        most_text: Characters of all together.
    """

    roots: tuple[str, ...] = ()
    closed: tuple[str, ...] = ()
    urls: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    most: int = 200
    longest: int = 2000
    most_text: int = 20_000

    def opens(self, path: Path) -> bool:
        """Whether a path, where its links lead, is inside the open folders."""
        real = path.resolve()
        inside = any(real.is_relative_to(Path(root).resolve()) for root in self.roots)
        return inside and not any(real.is_relative_to(Path(shut).resolve()) for shut in self.closed)


def sizes(overrides: Sequence[str], rules: Rules) -> list[Problem]:
    """What is too much, before anything is parsed."""
    if len(overrides) > rules.most:
        return [Problem("overrides", f"at most {rules.most} are taken, got {len(overrides)}")]
    problems = [
        Problem(f"overrides.{index}", f"at most {rules.longest} characters are taken, got {len(text)}")
        for index, text in enumerate(overrides)
        if len(text) > rules.longest
    ]
    total = sum(map(len, overrides))
    if not problems and total > rules.most_text:
        problems.append(Problem("overrides", f"at most {rules.most_text} characters are taken in all, got {total}"))
    return problems


def screen(overrides: Sequence[str], rules: Rules) -> list[Problem]:
    """Everything in the overrides that is not allowed; what is merely wrong is left to the check of the config."""
    problems = sizes(overrides, rules)
    for text in [] if problems else overrides:
        problems += _problems(text, rules)
    return problems


def screen_files(files: dict[str, Path], rules: Rules) -> list[Problem]:
    """Files of the composed config that are outside the open folders.

    Args:
        files: By their place in the config.
    """
    return [_outside(where, str(path)) for where, path in files.items() if not rules.opens(path)]


def _problems(text: str, rules: Rules) -> list[Problem]:
    key, sign, _ = text.partition("=")
    where = key.lstrip("+~") or "overrides"
    if not text.isprintable():
        return [Problem(shortened(where), "control characters are not taken")]
    if INTERPOLATION.search(text):
        hint = "write the value itself"
        return [Problem(shortened(where), "`${...}` reads from the environment, files or other keys: not taken", hint)]
    if not KEY.fullmatch(key) or (key.startswith("~") and not key.startswith("~space.")):
        hint = "a key is a dotted path, as in train.epochs=3; only ~space.KEY takes something out"
        return [Problem(shortened(where), f"must be key=value, got {shortened(text)!r}", hint)]
    root = where.split(".")[0]
    if root == "hydra":
        return [Problem(where, "Hydra's own settings are not taken")]
    if root in PLACES and root not in rules.places:
        return [Problem(where, "is decided by the server")]
    if (bad := _reserved(where)) is not None:
        return [Problem(where, f"{bad!r} makes objects from names: not taken")]
    if not sign:
        return [] if key.startswith("~") else [Problem(where, f"must be key=value, got {shortened(text)!r}")]
    if _depth(text) > DEEPEST:
        return [Problem(where, f"at most {DEEPEST} brackets in one another are taken")]
    return [*_values_of(text, where, rules)]


def _values_of(text: str, where: str, rules: Rules) -> Iterator[Problem]:
    from hydra.core.override_parser.overrides_parser import OverridesParser  # noqa: PLC0415  # a server does without
    from hydra.errors import HydraException  # noqa: PLC0415

    try:
        override = OverridesParser.create().parse_override(text)
        value = override.value()
    except (HydraException, ValueError, RecursionError):
        return  # Told, with what is wrong, by the check of the config.
    if override.is_sweep_override():
        return
    if isinstance(value, str) and "." not in where and where not in ("output_dir",) and not OPTION.fullmatch(value):
        yield Problem(where, f"an option is a plain name, got {shortened(value)!r}")
        return
    for place, found in _walk(where, value):
        problem = _value(place, found, rules) if isinstance(found, str) else _code(place, found)
        if problem is not None:
            yield problem


def _walk(where: str, value: Any) -> Iterator[tuple[str, Any]]:
    """Everything in a value that has no parts, keys too, with its dotted place."""
    if isinstance(value, dict):
        for key, item in value.items():
            place = f"{where}.{key}"
            if isinstance(key, str):
                yield f"{where}.", key
            yield from _walk(place, item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _walk(where, item)
    else:
        yield where, value


def _value(where: str, value: str, rules: Rules) -> Problem | None:
    if where.endswith("."):  # A key.
        bad = _reserved(value) or (value if ESCAPED.search(value) else None)
        return None if bad is None else Problem(where.rstrip("."), f"the key {shortened(value)!r} is not taken")
    if INTERPOLATION.search(value):
        return Problem(where, "`${...}` reads from the environment, files or other keys: not taken")
    if (problem := _code(where, value)) is not None:
        return problem
    name = next((part for part in reversed(where.split(".")) if part not in DIMENSION), "")
    if where == "sweep.name":
        rule = "must be letters, digits, '.', '_' or '-', at most 100, the first a letter or digit"
        return None if NAME.fullmatch(value) else Problem(where, f"{rule}; got {shortened(value)!r}")
    if where == "warm_start.from":
        hint = "name a sweep of this ledger"
        return Problem(where, "other places than this ledger are not taken", hint) if "@" in value else None
    if name in FREE_TEXT:
        return None
    if URL.match(value):
        if value.startswith(tuple(rules.urls)) and ".." not in value.split("/"):
            return None
        hint = f"open: {', '.join(rules.urls)}" if rules.urls else "none was opened: hpo serve --data-root URL"
        return Problem(where, f"this URL is not open to submissions: {shortened(value)!r}", hint)
    looks_it = value.startswith(("/", "~", "\\")) or ".." in re.split(r"[\\/]", value)
    try:
        is_named = looks_it or (name in FILES and Path(value).exists())
        return _outside(where, value) if is_named and not rules.opens(Path(value).expanduser()) else None
    except (OSError, RuntimeError):  # A name too long for a file, links in a circle, the home of nobody.
        return Problem(where, f"{shortened(value)!r} is no name of a file, nor of a model or data set")


def _code(where: str, value: Any) -> Problem | None:
    """A value other than false of the key that runs a model's own Python, or of anything inside it."""
    if RUNS_CODE not in where.split(".") or value is False:
        return None
    return Problem(where, "would run Python that a model brings: not taken", "start it on the machine: hpo sweep")


def _outside(where: str, path: str) -> Problem:
    hint = "put it into a folder that was opened: hpo serve --data-root FOLDER"
    return Problem(where, f"{shortened(path)!r} is outside the folders that are open to submissions", hint)


def _reserved(path: str) -> str | None:
    """A part of a dotted path that Hydra takes for more than a name."""
    return next((part for part in path.split(".") if re.fullmatch(r"_.*_", part)), None)


def _depth(text: str) -> int:
    deepest = depth = 0
    for sign in text:
        depth += (sign in "([{") - (sign in ")]}")
        deepest = max(deepest, depth)
    return deepest


def shortened(text: str, most: int = 80) -> str:
    """A text for messages, not longer than a line."""
    clean = "".join(sign if sign.isprintable() else "?" for sign in text)
    return clean if len(clean) <= most else f"{clean[: most - 1]}…"
