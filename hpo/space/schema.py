"""Which keys a trial's config has, of what type and within what limits: what a space is checked against."""

from __future__ import annotations

import dataclasses
import typing
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from models.spec.fields import Limits, limits_of


@dataclass(frozen=True)
class Key:
    """One key of the trial's config.

    Attributes:
        hint: Its type.
        limits: The values it takes.
        value: What the config says now.
    """

    hint: Any
    limits: Limits
    value: Any


@dataclass(frozen=True)
class TrialSchema:
    """The shape of a trial's config.

    Attributes:
        base: The config as it is: a dataclass instance for each root (`data`, `model`, `tuning`, `train`).
        options: For each config group, the resolved dataclass instance of each option that the space names.
        available: For each config group, the names of all its options; empty: those of `options`.
    """

    base: Mapping[str, Any]
    options: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    available: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def option_names(self, group: str) -> tuple[str, ...]:
        """The options of a config group; empty when the root is no group."""
        return tuple(self.available.get(group) or self.options.get(group, {}))

    def keys(self, root: str, option: str | None = None) -> dict[str, Key]:
        """The keys under a root by dotted name, as they are, or with another option of the group."""
        spec = self.base[root] if option is None else self.options[root][option]
        return dict(_keys(spec, root))

    def values(self, chosen: Mapping[str, str] | None = None) -> dict[str, Any]:
        """Every value of the config by dotted name.

        Args:
            chosen: The option of each group as the config stands now; it becomes the value of the group's own name
                (`{"tuning": "lora"}`).
        """
        found: dict[str, Any] = dict(chosen or {})
        for root in self.base:
            found.update({name: key.value for name, key in self.keys(root).items()})
        return found


def named_options(tree: Mapping[str, Any]) -> dict[str, list[str]]:
    """The options of config groups that a raw space names: those to compose for `TrialSchema.options`.

    Anything malformed is passed over here, since `Space.parse` says what is wrong with it.
    """
    named: dict[str, list[str]] = {}
    for root, node in tree.items():
        if isinstance(node, str):
            named[str(root)] = [node]
        elif isinstance(node, Mapping):
            choices = node.get("choices", [node["value"]] if "value" in node else [])
            if isinstance(choices, (list, tuple)):
                named[str(root)] = [choice for choice in choices if isinstance(choice, str)]
    return {group: names for group, names in named.items() if names}


def _keys(spec: Any, path: str) -> list[tuple[str, Key]]:
    hints = typing.get_type_hints(type(spec))
    found: list[tuple[str, Key]] = []
    for item in dataclasses.fields(spec):
        value, name = getattr(spec, item.name), f"{path}.{item.name}"
        if dataclasses.is_dataclass(value):
            found.extend(_keys(value, name))
        else:
            found.append((name, Key(hints[item.name], limits_of(item), value)))
    return found
