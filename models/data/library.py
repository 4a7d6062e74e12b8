"""Installed libraries as files: where their sources lie, which version they are, and how to mask their names."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import platform
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from importlib import metadata
from pathlib import Path

MASK = "LIBRARY"
ALIASES = {
    "matplotlib": ("pyplot", "mpl", "plt"),
    "mlflow": ("databricks",),
    "numpy": ("np",),
    "pandas": ("pd",),
    "ray": ("anyscale",),
    "sklearn": ("scikit",),
    "tensorflow": ("tf",),
    "torch": ("pytorch",),
    "transformers": ("huggingface", "hugging face"),
}
_DISTRIBUTIONS = {"sklearn": "scikit-learn"}  # Only to find it sooner.
_SKIPPED = re.compile(
    r"(_?tests?|testing|_?vendor(ed)?|_?vendored_packages|thirdparty(_files)?|third_party|externals?|_external|extern"
    r"|benchmarks?|__pycache__|protos|generated|\..*)"
)
_SHORT = 4  # A name up to this long is also part of other words (`ray` in `array`): masked as a word only.


@lru_cache
def distribution_of(library: str) -> str | None:
    """Name of the distribution that installed an import name (`scikit-learn` for `sklearn`); None: there is none."""
    for name in (library, _DISTRIBUTIONS.get(library, library)):
        try:
            record = metadata.distribution(name).read_text("RECORD") or ""
        except (metadata.PackageNotFoundError, ValueError):
            continue
        if f"\n{library}/__init__.py," in f"\n{record}":
            return name
    found = sorted(set(_all_distributions().get(library, ())))
    return library if library in found else found[0] if found else None


@lru_cache
def _all_distributions() -> Mapping[str, list[str]]:
    return metadata.packages_distributions()  # Reads what every installed distribution holds: 0.2 s.


def version_of(library: str) -> str | None:
    """Installed version; the Python version for a module of the standard library; None: not installed."""
    if distribution := distribution_of(library):
        return metadata.version(distribution)
    return platform.python_version() if library in sys.stdlib_module_names else None


@lru_cache
def source_files(library: str) -> tuple[Path, ...]:
    """The library's Python files without tests and vendored code, in an order that mixes its folders.

    The library is found, not imported. The order is that of a hash of the path inside the library: the same on every
    machine with the same version. Empty: it is not installed as Python source.
    """
    spec = importlib.util.find_spec(library) if library.isidentifier() else None
    if spec is None:
        return ()
    if spec.submodule_search_locations is None:
        return (Path(spec.origin),) if spec.origin and spec.origin.endswith(".py") else ()
    found = [(path[len(root) :], path) for root in map(str, spec.submodule_search_locations) for path in _walk(root)]
    found.sort(key=lambda item: (hashlib.blake2b(item[0].replace(os.sep, "/").encode()).digest(), item[0]))
    return tuple(Path(path) for _, path in found)


def masker(libraries: Sequence[str]) -> Callable[[str], str]:
    """A function that replaces every name and usual alias of the libraries by `LIBRARY`, whatever its case."""
    names = {name for library in libraries for name in _names(library)}
    words = sorted((re.escape(name) for name in names), key=lambda name: (-len(name), name))
    long = [word for word in words if len(word) > _SHORT]
    short = [word for word in words if len(word) <= _SHORT]
    capital = [word.capitalize() for word in short]
    parts = [f"(?i:{'|'.join(long)})"] if long else []
    if short:
        parts.append(f"(?<![^\\W_])(?i:{'|'.join(short)})(?![^\\W_])")
        parts.append(f"(?<![A-Z])(?:{'|'.join(capital)})(?=[A-Z])")
    pattern = re.compile("|".join(parts))
    return lambda text: pattern.sub(MASK, text)


def _names(library: str) -> Iterator[str]:
    yield library
    yield from ALIASES.get(library, ())
    distribution = distribution_of(library)
    for name in (library, distribution or library):
        yield from {name.replace("-", " ").replace("_", " "), name.replace("_", "-"), name.replace("-", "_")}


def _walk(folder: str) -> Iterator[str]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.endswith(".py"):
                yield entry.path
            elif entry.is_dir() and not _SKIPPED.fullmatch(entry.name):
                yield from _walk(entry.path)
