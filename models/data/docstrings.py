"""Embedded data: "which library does this sentence document?", from the docstrings of installed libraries."""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from models.data.library import masker, source_files, version_of
from models.data.sentences import is_natural, sentences
from models.data.splits import Source, Table
from models.errors import Problem
from models.spec import DocstringsData

FROM_ONE_FILE = 6  # Sentences taken of one file while there are other files, so that many files are sampled.
MOST_BYTES = 200_000  # Longer files are slow to parse and mostly generated.
RESERVE = 1.4  # Sentences collected for each wanted one: some turn out to be in two libraries.
_DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


def load_docstrings(spec: DocstringsData) -> Source:
    """As many sentences of each library; its names are masked, no sentence comes twice.

    The libraries are parsed, never imported. The same installed versions give the same rows.
    """
    problems = [
        Problem(f"data.{key}", f"must be null for docstrings, which have no splits of their own, got {given!r}")
        for key, given in (("validation", spec.validation), ("test", spec.test), ("train", spec.train))
        if given is not None
    ]
    libraries = list(dict.fromkeys(spec.libraries))
    if len(libraries) < len(spec.libraries):
        problems.append(Problem("data.libraries", f"names a library twice: {', '.join(spec.libraries)}"))
    missing = [library for library in libraries if not source_files(library)]
    hint = "install it, or take it out of the list; the import name is needed, as in sklearn"
    problems += [
        Problem("data.libraries", f"{library!r} is not installed as Python source", hint) for library in missing
    ]
    if problems:
        return Source({}, problems)
    rows, few = _rows(libraries, spec.sentences_per_library)
    if few:
        return Source({}, few)
    columns: dict[str, Sequence[str | int]] = {
        "text": [text for text, _ in rows],
        "label": [libraries.index(library) for _, library in rows],
    }
    versions = ", ".join(f"{library} {version_of(library)}" for library in libraries)
    name = "the docstrings"
    table = Table("train", name, columns, len(rows), class_names={"label": tuple(libraries)})
    return Source({"train": table}, notes=[f"docstrings of {versions}"])


def docstrings_key(spec: DocstringsData) -> str:
    """Cheap key of the source: the installed versions."""
    return " ".join(f"{library}=={version_of(library)}" for library in spec.libraries)


def _rows(libraries: Sequence[str], wanted: int) -> tuple[list[tuple[str, str]], list[Problem]]:
    mask = masker(libraries)
    pools: dict[str, dict[str, str]] = {}  # Library -> sentence in lower case -> sentence, in order of preference.
    for library in libraries:
        pool: dict[str, str] = {}
        for sentence in _sample(source_files(library), int(wanted * RESERVE) + 20):
            masked = mask(sentence)
            if is_natural(masked):
                pool.setdefault(masked.lower(), masked)
        pools[library] = pool
    rows: list[tuple[str, str]] = []
    problems: list[Problem] = []
    for library in libraries:
        others = [pools[other] for other in libraries if other != library]
        own = [text for key, text in pools[library].items() if not any(key in other for other in others)]
        if len(own) < wanted:
            message = f"{library!r} has {len(own)} usable sentences, sentences_per_library is {wanted}"
            problems.append(Problem("data.libraries", message, "ask for fewer sentences, or take the library out"))
        rows += [(text, library) for text in own[:wanted]]
    return sorted(rows, key=lambda row: _order(row[0])), problems


def _sample(files: Iterable[Path], wanted: int) -> Iterator[str]:
    """About `wanted` distinct sentences, a few of each file; the rest of those files when there are too few files."""
    kept: dict[str, None] = {}
    rest: list[str] = []
    for file in files:
        found = sorted(dict.fromkeys(_sentences_of(file)), key=_order)
        kept.update(dict.fromkeys(found[:FROM_ONE_FILE]))
        rest += found[FROM_ONE_FILE:]
        if len(kept) >= wanted:
            break
    yield from sorted(kept, key=_order)
    yield from sorted(dict.fromkeys(rest), key=_order)


def _sentences_of(file: Path) -> Iterator[str]:
    source = file.read_bytes()
    if len(source) > MOST_BYTES or (b'"""' not in source and b"'''" not in source):
        return
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return  # A template, or written for another Python.
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, _DOCUMENTED) and (docstring := ast.get_docstring(node, clean=False)):
            yield from sentences(docstring)
        if isinstance(node, (ast.Module, ast.ClassDef)):  # What is defined inside a function documents little.
            waiting += node.body


def _order(sentence: str) -> bytes:
    return hashlib.blake2b(sentence.encode(errors="replace"), digest_size=16).digest()
