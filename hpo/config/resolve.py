"""From Hydra's composed config to typed specs, with every problem of its values."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from hpo.config.compose import COMPOSE_ERRORS, Composed, group_options, nearest
from hpo.config.schema import Config
from hpo.config.store import TRIAL_GROUPS
from hpo.errors import InputError, Problem
from hpo.space import TrialSchema, named_options
from models.spec import problems_in

SECTIONS = ("sampler", "scheduler", "sweep", "warm_start", "confirm", "trial", "slots", "ledger", "cluster", "tracking")


@dataclass(frozen=True)
class Resolved:
    """A config with its types.

    Attributes:
        config: The specs. A value that must be given and was not is `REQUIRED`, and stands in `problems`.
        schema: The trial's config, with the options of the groups that the space names.
        choices: The chosen option of each group.
        problems: Everything wrong so far: overrides, missing values, values out of their limits.
    """

    config: Config
    schema: TrialSchema
    choices: Mapping[str, str]
    problems: tuple[Problem, ...]


def resolve(composed: Composed) -> Resolved:
    """Turn a composed config into specs and check each value by itself.

    Raises:
        InputError: When an interpolation (`${...}`) leads nowhere.
    """
    problems = list(composed.problems)
    node = composed.config
    try:
        specs = {name: _spec(node[name], name, problems) for name in (*TRIAL_GROUPS, *SECTIONS)}
        space = _container(node.space)
        config = Config(**specs, space=space, output_dir=str(node.output_dir))
    except OmegaConfBaseException as error:  # an interpolation that leads nowhere; nothing after it can be checked
        where = str(error.full_key or "config")
        raise InputError([*problems, Problem(where, str(error).splitlines()[0])]) from error
    for name in (*TRIAL_GROUPS, *SECTIONS):
        problems += problems_in(specs[name], name)
    options, more = _options(composed, space)
    base = {group: specs[group] for group in TRIAL_GROUPS}
    available = {group: group_options(group) for group in TRIAL_GROUPS}
    schema = TrialSchema(base, options, {group: names for group, names in available.items() if group != "train"})
    chosen = {group: composed.choices[group] for group in TRIAL_GROUPS if group in composed.choices}
    return Resolved(config, schema, chosen, tuple(problems + more))


def to_plain(value: Any) -> Any:
    """Specs as nested plain dicts and lists, for records."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: to_plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(key): to_plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [to_plain(item) for item in value]
    return value


def _spec(node: DictConfig, path: str, problems: list[Problem]) -> Any:
    """The node as its dataclass. A key that was forced in with Hydra's `+` is a problem, like any other unknown key."""
    schema: Any = OmegaConf.get_type(node)
    values: dict[str, Any] = _container(node)
    known = [field.name for field in dataclasses.fields(schema)]
    problems += [
        Problem(f"{path}.{key}", "no such key", nearest(key, known, "keys")) for key in values if key not in known
    ]
    for key in known:
        child = node._get_node(key)
        if isinstance(child, DictConfig) and dataclasses.is_dataclass(OmegaConf.get_type(child)):
            values[key] = _spec(child, f"{path}.{key}", problems)
    return schema(**{key: value for key, value in values.items() if key in known})


def _container(node: DictConfig) -> dict[str, Any]:
    container = OmegaConf.to_container(node, resolve=True, throw_on_missing=False)
    return {str(key): value for key, value in container.items()} if isinstance(container, dict) else {}


def _options(composed: Composed, space: Mapping[str, Any]) -> tuple[dict[str, dict[str, Any]], list[Problem]]:
    """The specs of the options of each group that the space names; unknown ones are the space's to report."""
    found: dict[str, dict[str, Any]] = {}
    problems: list[Problem] = []
    for group, names in named_options(space).items():
        if group not in TRIAL_GROUPS:
            continue
        known = group_options(group)
        for name in (name for name in names if name in known):
            try:
                spec = _spec(composed.with_option(group, name)[group], group, problems)
            except COMPOSE_ERRORS as error:
                hint = nearest(name, known, "options")
                problems.append(Problem(f"space.{group}", f"option {name!r} does not compose: {error}", hint))
                continue
            found.setdefault(group, {})[name] = spec
            problems += problems_in(spec, f"{group}={name}: {group}")
    return found, problems
