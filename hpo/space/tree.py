"""Reads the nested mapping into a flat list of raw dimensions and fixed values; checks only its shape."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from hpo.space.words import listed
from models.errors import Problem

RESERVED = ("low", "high", "log", "step", "choices", "when", "prior", "value")
_SHAPES = (
    "a dimension is {low, high[, log | step][, when][, prior]} or {choices[, when][, prior]}; "
    "a fixed value is {value} or bare"
)


@dataclass
class RawSpace:
    """What the tree says, before it is compared with the trial's config.

    Attributes:
        dimensions: Reserved keys of each dimension by dotted name, in the tree's order.
        fixed: Bare values by dotted name.
        broken: Names whose node has a wrong shape; conditions on them are not complained about as well.
        problems: What is wrong with the tree's shape.
    """

    dimensions: dict[str, dict[str, Any]] = field(default_factory=dict)
    fixed: dict[str, Any] = field(default_factory=dict)
    broken: set[str] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)


def read_tree(tree: Mapping[str, Any], roots: Collection[str]) -> RawSpace:
    """Read a raw space whose top level must be among `roots`."""
    raw = RawSpace()
    for root, node in tree.items():
        if root not in roots:
            raw.problems.append(
                Problem(f"space.{root}", "is not a part of the trial's config", f"allowed: {listed(roots)}")
            )
        elif node is not None:  # A root whose keys are all commented out.
            _read(str(root), node, raw)
    return raw


def _read(name: str, node: Any, raw: RawSpace) -> None:
    if not isinstance(node, Mapping):
        raw.fixed[name] = node
        return
    reserved = {key: node[key] for key in RESERVED if key in node}
    for key, child in node.items():
        if key not in RESERVED:
            _read(f"{name}.{key}", child, raw)
    if not reserved:
        return
    message = _shape(reserved)
    if message:
        raw.broken.add(name)
        raw.problems.append(Problem(f"space.{name}", message, _SHAPES))
    elif "value" in reserved:
        raw.fixed[name] = reserved["value"]
    else:
        raw.dimensions[name] = reserved


def _shape(reserved: dict[str, Any]) -> str | None:
    """What is wrong with a combination of reserved keys; None when nothing is."""
    keys = set(reserved) - {"when", "prior"}
    given = listed(key for key in RESERVED if key in reserved)
    if "value" in keys:
        return None if set(reserved) == {"value"} else f"value stands alone, got {given}"
    if "choices" in keys:
        return None if keys == {"choices"} else f"choices cannot be combined with a range, got {given}"
    missing = [key for key in ("low", "high") if key not in keys]
    return f"{listed(missing)} must be given, got only {given}" if missing else None
