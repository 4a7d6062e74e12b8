"""From the raw tree to checked dimensions and fixed values, with every problem said at once."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from hpo.space.beliefs import read_prior
from hpo.space.build import build_group, build_leaf, check_value
from hpo.space.conditions import read_when
from hpo.space.dimension import Dimension
from hpo.space.implied import implied_options
from hpo.space.order import circle_in, in_dependency_order
from hpo.space.schema import Key, TrialSchema
from hpo.space.tree import RawSpace, read_tree
from hpo.space.words import listed, nearest, show
from models.errors import InputError, Problem


def parse(tree: Mapping[str, Any], schema: TrialSchema) -> tuple[tuple[Dimension, ...], dict[str, Any]]:
    """The dimensions in dependency order, and the fixed values.

    Raises:
        InputError: All problems of the tree together.
    """
    return _Parser(read_tree(tree, tuple(schema.base)), schema).run()


class _Parser:
    """One reading of one tree; collects problems as it goes."""

    def __init__(self, raw: RawSpace, schema: TrialSchema) -> None:
        self.raw = raw
        self.schema = schema
        self.problems = list(raw.problems)
        self.dimensions: dict[str, Dimension] = {}
        self.fixed: dict[str, Any] = {}
        self.searched: dict[str, tuple[str, ...]] = {}  # Options of each group that has a dimension or a fixed option.

    def run(self) -> tuple[tuple[Dimension, ...], dict[str, Any]]:
        for group in self.schema.base:
            self._read_group(group)
        for name, keys in self.raw.dimensions.items():
            if name not in self.schema.base:
                self._read_leaf(name, keys)
        for name, value in self.raw.fixed.items():
            if name not in self.schema.base:
                self._read_fixed(name, value)
        self._read_conditions()
        self._read_beliefs()
        if not self.raw.dimensions and not self.problems:
            self._problem("", "nothing varies: there is no dimension", "give a key {low, high} or {choices}")
        if self.problems:
            raise InputError(self.problems)
        as_written = [self.dimensions[name] for name in self.raw.dimensions]
        return in_dependency_order(as_written), self.fixed

    def _problem(self, name: str, message: str, hint: str = "") -> None:
        self.problems.append(Problem(f"space.{name}" if name else "space", message, hint))

    def _read_group(self, group: str) -> None:
        known = self.schema.option_names(group)
        if group in self.raw.fixed:
            option = self.raw.fixed[group]
            if option not in known:
                self._problem(group, *_no_option(group, show(option), known))
            else:
                self.fixed[group] = option
                self.searched[group] = (option,)
        elif group in self.raw.dimensions:
            if not known:
                self._problem(group, *_no_option(group, "a dimension", known))
                return
            dimension, wrong = build_group(group, self.raw.dimensions[group], known)
            for message in wrong:
                self._problem(group, message)
            if dimension is not None:
                self.dimensions[group] = dimension
                self.searched[group] = tuple(str(option) for option in dimension.values())

    def _read_leaf(self, name: str, raw: Mapping[str, Any]) -> None:
        keys = self._keys(name)
        if keys:
            dimension, wrong = build_leaf(name, raw, keys)
            for message in wrong:
                self._problem(name, message)
            if dimension is not None:
                self.dimensions[name] = dimension

    def _read_fixed(self, name: str, value: Any) -> None:
        keys = self._keys(name)
        if keys:
            fitted, wrong = check_value(value, keys)
            for message in wrong:
                self._problem(name, message)
            self.fixed[name] = fitted

    def _keys(self, name: str) -> list[Key]:
        """The field under each option for which the dimension can be active; empty, and a problem, if it is wrong."""
        root = name.partition(".")[0]
        if root in self.raw.broken or (root in self.raw.dimensions and root not in self.searched):
            return []  # The group itself is wrong, and that has been said.
        if root not in self.searched:
            return self._found(name, self.schema.keys(root))
        group = self.searched[root]
        under = {option: self.schema.keys(root, option) for option in group}
        having = [option for option in group if name in under[option]]
        possible = implied_options(name, root, group, self.raw.dimensions)
        if not having:
            return self._found(name, {key: found for keys in under.values() for key, found in keys.items()})
        lacking = [option for option in possible if option not in having]
        if lacking:
            wanted = having[0] if len(having) == 1 else f"[{listed(having)}]"
            if name in self.raw.fixed:
                hint = f"{{choices: [{show(self.raw.fixed[name])}], when: {{{root}: {wanted}}}}}"
            else:
                hint = f"add when: {{{root}: {wanted}}}"
            message = f"exists only when {root} is {' or '.join(having)}, but may be asked for with {listed(lacking)}"
            self._problem(name, message, hint)
        return [under[option][name] for option in having if option in possible]

    def _found(self, name: str, keys: Mapping[str, Key]) -> list[Key]:
        if name in keys:
            return [keys[name]]
        self._problem(name, "there is no such key in the trial's config", nearest(name, keys, "allowed"))
        return []

    def _read_conditions(self) -> None:
        broken = {*self.raw.broken, *(name for name in self.raw.dimensions if name not in self.dimensions)}
        for name, keys in self.raw.dimensions.items():
            when, problems = read_when(name, keys.get("when"), self.dimensions, self.raw.fixed, broken)
            self.problems.extend(problems)
            if name in self.dimensions:
                self.dimensions[name] = dataclasses.replace(self.dimensions[name], when=when)
        circle = circle_in({name: [c.on for c in dimension.when] for name, dimension in self.dimensions.items()})
        if circle:
            self._problem(f"{circle[0]}.when", f"conditions in a circle: {' -> '.join(circle)}")

    def _read_beliefs(self) -> None:
        for name, dimension in self.dimensions.items():
            prior, problems = read_prior(dimension, self.raw.dimensions[name].get("prior"))
            self.problems.extend(problems)
            self.dimensions[name] = dataclasses.replace(dimension, prior=prior)


def _no_option(group: str, got: str, known: tuple[str, ...]) -> tuple[str, str]:
    if not known:
        return f"is not a config group with options, got {got}", f"give its keys: {group}.<key>"
    return f"there is no option {got}", f"allowed: {listed(known)}"
