"""The data sets of a multi-task training, from plain mappings to specifications of their own."""

from __future__ import annotations

import math
import re
import types
from collections.abc import Mapping
from dataclasses import fields
from difflib import get_close_matches
from typing import Any, Union, get_args, get_origin, get_type_hints

from models.errors import InputError, Problem
from models.spec.data import DataSpec, DiskData, DocstringsData, FileData, HubData, MultiTaskData
from models.spec.fields import REQUIRED, problems_in

NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
SOURCES: dict[str, type[DataSpec]] = {
    "csv": FileData,
    "json": FileData,
    "parquet": FileData,
    "docstrings": DocstringsData,
    "hub": HubData,
    "disk": DiskData,
}
# What `data` itself says of these holds for each part that does not say otherwise.
SHARED = (
    *("max_length", "stride", "validation_fraction", "test_fraction", "split_seed"),
    *("empty", "duplicates", "conflicts", "leakage", "too_long", "normalize"),
)
OWN = ("source", "task", "tasks", "weights", "temperature")  # Of the whole.
_EXAMPLE = "'data.tasks.mrpc={source: json, task: text_classification, train: mrpc.jsonl}'"
WORDS = {str: "a text", int: "a whole number", float: "a number", bool: "true or false", type(None): "null"}


def part_specs(spec: MultiTaskData) -> dict[str, DataSpec]:
    """The parts by name, in the order given.

    Raises:
        InputError: With every problem of theirs.
    """
    parts, problems = read_parts(spec)
    if problems:
        raise InputError(problems)
    return parts


def read_parts(spec: MultiTaskData) -> tuple[dict[str, DataSpec], list[Problem]]:
    """The parts that are sound, by name, and what is wrong with the others and with what is said of all together."""
    problems = [] if spec.tasks else [Problem("data.tasks", "must name at least one data set, got none", _EXAMPLE)]
    problems += _misplaced(spec)
    parts: dict[str, DataSpec] = {}
    for name, values in spec.tasks.items():
        part, found = _part(spec, str(name), values)
        problems += found
        if part is not None and not found:
            parts[str(name)] = part
    return parts, problems + _weight_problems(spec)


def weight_of(spec: MultiTaskData, part: str) -> float:
    """What a part's metric weighs in the mean."""
    return float(spec.weights.get(part, 1.0))


def place_of(spec: MultiTaskData, part: str, key: str) -> str:
    """Dotted path of the place that says what a key of a part is."""
    shared = key in SHARED and key not in spec.tasks[part]
    return f"data.{key}" if shared else f"data.tasks.{part}.{key}"


def _part(spec: MultiTaskData, name: str, values: Any) -> tuple[DataSpec | None, list[Problem]]:
    where = f"data.tasks.{name}"
    if not NAME.fullmatch(name):
        rule = "a part's name must be letters, digits and underscores, the first a letter"
        return None, [Problem(where, f"{rule}; got {name!r}")]
    if not isinstance(values, Mapping):
        return None, [Problem(where, f"must be a mapping with the keys of a data section, got {values!r}", _EXAMPLE)]
    kind = SOURCES.get(str(values.get("source")))
    kinds = set(SOURCES.values()) if kind is None else {kind}
    known = list(dict.fromkeys(field.name for one in kinds for field in fields(one)))
    problems = [_unknown(f"{where}.{key}", str(key), known) for key in values if key not in known]
    if kind is None:
        rule = f"must be one of {', '.join(SOURCES)}; got {values.get('source')!r}"
        return None, [Problem(f"{where}.source", rule), *problems]
    hints = get_type_hints(kind)
    chosen = {key: getattr(spec, key) for key in SHARED}
    for key in (key for key in known if key in values):
        fits, chosen[key] = _as(values[key], hints[key])
        if not fits and values[key] != REQUIRED:
            problems.append(Problem(f"{where}.{key}", f"must be {_words(hints[key])}, got {values[key]!r}"))
    if problems:
        return None, problems
    part = kind(**chosen)
    shared = {f"{where}.{key}" for key in SHARED if key not in values}  # Reported once, of the whole.
    return part, [problem for problem in problems_in(part, where) if problem.where not in shared]


def _misplaced(spec: MultiTaskData) -> list[Problem]:
    """Keys that mean nothing for the whole, so that nobody takes them for heeded."""
    rule = "says nothing of several data sets together: give it to one, as data.tasks.NAME."
    return [
        Problem(f"data.{field.name}", f"{rule}{field.name}")
        for field in fields(spec)
        if field.name not in (*SHARED, *OWN) and getattr(spec, field.name) != field.default
    ]


def _weight_problems(spec: MultiTaskData) -> list[Problem]:
    problems = []
    for name, weight in spec.weights.items():
        where = f"data.weights.{name}"
        if name not in spec.tasks:
            problems.append(Problem(where, "names no part", f"parts: {', '.join(map(str, spec.tasks)) or 'none'}"))
        if isinstance(weight, bool) or not isinstance(weight, (int, float)) or not 0 < weight < math.inf:
            problems.append(Problem(where, f"must be a number above 0, got {weight!r}"))
    return problems


def _unknown(where: str, key: str, known: list[str]) -> Problem:
    close = get_close_matches(key, known, n=3)
    return Problem(where, "no such key", f"{'nearest keys' if close else 'keys'}: {', '.join(close or known)}")


def _as(value: Any, hint: Any) -> tuple[bool, Any]:
    """Whether a value is of a type, and the value in that type: where a text is wanted, a whole number is one."""
    origin = get_origin(hint)
    if origin in (Union, types.UnionType):
        tried = [_as(value, one) for one in get_args(hint)]
        return next((found for found in tried if found[0]), (False, value))
    if origin is list:
        if not isinstance(value, (list, tuple)):
            return False, value
        items = [_as(item, get_args(hint)[0]) for item in value]
        return all(fits for fits, _ in items), [item for _, item in items]
    if isinstance(value, bool) or hint is bool:
        return isinstance(value, bool) and hint is bool, value
    if hint is str and isinstance(value, int):
        return True, str(value)
    if hint is float and isinstance(value, int):
        return True, float(value)
    return isinstance(value, hint), value


def _words(hint: Any) -> str:
    if get_origin(hint) is list:
        return "a list, each of it " + _words(get_args(hint)[0])
    if get_origin(hint) in (Union, types.UnionType):
        return " or ".join(_words(one) for one in get_args(hint))
    return WORDS[hint]
