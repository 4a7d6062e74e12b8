"""Composes Hydra's config from the command line and finds everything that is wrong with it, not only the first.

Hydra stops at the first bad override. Here each override that fails is set aside with its problem, and the others go
on, so that the checks after composing still see all that can be seen.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from hydra import compose as hydra_compose
from hydra import initialize_config_dir
from hydra.core.global_hydra import GlobalHydra
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override
from hydra.errors import HydraException
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from hpo.config.store import CONF_DIR, CONFIG_NAME, register
from hpo.errors import InputError, Problem

COMPOSE_ERRORS = (HydraException, OmegaConfBaseException)


@dataclass(frozen=True)
class Composed:
    """A composed config with what it was composed from.

    Attributes:
        config: Hydra's config, interpolations not yet resolved.
        overrides: The overrides that were taken, as given.
        problems: What was wrong with the others; empty when all is well.
        config_dir: The person's own folder of options, searched before `conf/`.
    """

    config: DictConfig
    overrides: tuple[str, ...]
    problems: tuple[Problem, ...] = ()
    config_dir: str | None = None
    choices: dict[str, str] = field(default_factory=dict)

    def with_option(self, group: str, option: str) -> DictConfig:
        """The same config with another option of `group`; overrides that the option has no key for are left out."""
        return _with_option(self, group, option)


def compose(overrides: Sequence[str], config_dir: str | None = None) -> Composed:
    """Compose the config with command-line overrides in Hydra's grammar.

    Raises:
        InputError: When not even the config without the bad overrides composes.
    """
    if config_dir is not None and not Path(config_dir).is_dir():
        raise InputError.one("--config-dir", f"no such folder: {config_dir}")
    with _hydra(config_dir):
        parsed, problems = _parse(overrides)
        config, kept, more = _keep_what_composes(parsed)
        choices = dict(config.hydra.runtime.choices)
        config = _without_hydra(config)
    return Composed(config, tuple(kept), tuple(problems + more), config_dir, choices)


def group_options(group: str) -> list[str]:
    """Names of the options of a config group, without the schema's own."""
    return sorted(path.stem for path in (CONF_DIR / group).glob("*.yaml"))


@contextmanager
def _hydra(config_dir: str | None) -> Iterator[None]:
    register()
    GlobalHydra.instance().clear()
    with initialize_config_dir(str(CONF_DIR), version_base="1.3"):
        if config_dir is not None:
            loader = GlobalHydra.instance().config_loader()
            loader.get_search_path().prepend("command-line", f"file://{Path(config_dir).resolve()}")
            loader.repository.initialize_sources(loader.get_search_path())  # type: ignore[attr-defined]
        yield


def _without_hydra(config: DictConfig) -> DictConfig:
    return OmegaConf.masked_copy(config, [str(key) for key in config if key != "hydra"])


def _try(overrides: Sequence[str]) -> DictConfig:
    return hydra_compose(CONFIG_NAME, list(overrides), return_hydra_config=True)


def _parse(overrides: Sequence[str]) -> tuple[list[Override], list[Problem]]:
    """Parse each override by itself; a list of values to try belongs into the space."""
    parsed: list[Override] = []
    problems: list[Problem] = []
    parser = OverridesParser.create()
    for text in overrides:
        try:
            override = parser.parse_override(text)
        except HydraException as error:
            problems.append(Problem(text, "not an override", f"write key=value; {str(error).splitlines()[0]}"))
            continue
        if override.is_sweep_override():
            hint = f"write space.{override.key_or_group}.choices=[...] to search over values"
            problems.append(Problem(text, "a value to set is one value, got several", hint))
        else:
            parsed.append(override)
    return parsed, problems


def _keep_what_composes(parsed: list[Override]) -> tuple[DictConfig, list[str], list[Problem]]:
    texts = [override.input_line or "" for override in parsed]
    try:
        return _try(texts), texts, []
    except COMPOSE_ERRORS as error:
        whole_error = error
    base = _base()
    kept: list[str] = []
    problems: list[Problem] = []
    # Options of groups come first: they decide which keys there are.
    order = sorted(parsed, key=lambda override: not _is_group(override))
    for override in order:
        text = override.input_line or ""
        try:
            base = _try([*kept, text])
            kept.append(text)
        except COMPOSE_ERRORS as error:
            problems.append(_explain(override, error, base))
    if not problems:
        problems.append(_explain_file(whole_error))
    return base, [text for text in texts if text in kept], problems


def _base() -> DictConfig:
    try:
        return _try([])
    except COMPOSE_ERRORS as error:
        raise InputError([_explain_file(error)]) from error


def _is_group(override: Override) -> bool:
    key = override.key_or_group
    return "." not in key and (CONF_DIR / key).is_dir() and not isinstance(override.value(), (dict, list))


def _explain(override: Override, error: Exception, base: DictConfig) -> Problem:
    """One override's failure in the person's terms: where, what was got, what is allowed."""
    key = override.key_or_group
    value = override.get_value_element_as_str()
    if (CONF_DIR / key).is_dir() and "Could not find" in str(error):
        options = group_options(key)
        if f"'{key}/{value}'" in str(error):
            return Problem(key, f"no option {value!r}", f"options: {', '.join(options)}")
    if inner := re.search(r"full_key: (\S+)", str(error)):
        return Problem(inner.group(1), _reason(error), f"given by {override.input_line}")
    if "Could not override" in str(error) or "not in" in str(error):
        roots = [str(name) for name in base if name != "hydra"]
        return Problem(key, "no such key", nearest(key, _keys(base), "keys") or f"sections: {', '.join(roots)}")
    return Problem(key, _reason(error), f"given by {override.input_line}")


def _explain_file(error: Exception) -> Problem:
    where = re.search(r"full_key: (\S+)", str(error))
    source = re.search(r"In '([^']+)'", str(error))
    place = f"in {source.group(1)}.yaml" if source else ""
    return Problem(where.group(1) if where else "config", _reason(error), place)


def _reason(error: Exception) -> str:
    """The innermost message: Hydra wraps what OmegaConf said."""
    cause: BaseException = error
    while cause.__cause__ is not None:
        cause = cause.__cause__
    lines = [line for line in str(cause).splitlines() if line.strip() and not line.endswith("composing config:")]
    return lines[0].strip() if lines else type(cause).__name__


def _keys(config: DictConfig) -> list[str]:
    """All dotted keys, groups and values alike."""

    def walk(node: DictConfig, path: str) -> Iterator[str]:
        for key in node:
            if path == "" and key == "hydra":
                continue
            dotted = f"{path}{key!s}"
            yield dotted
            child = node._get_node(key)
            if isinstance(child, DictConfig) and not child._is_none() and not child._is_missing():
                yield from walk(child, f"{dotted}.")

    return list(walk(config, ""))


def nearest(got: str, allowed: Sequence[str], what: str) -> str:
    """The allowed names that are most like what was got; all of them when they are few and none is like it."""
    close = difflib.get_close_matches(got, allowed, n=3, cutoff=0.6)
    if not close:
        last = got.rsplit(".", 1)[-1]
        close = [name for name in allowed if name.rsplit(".", 1)[-1] == last][:3]
    if close:
        return f"nearest {what}: {', '.join(close)}"
    return f"{what}: {', '.join(allowed)}" if len(allowed) <= 20 else ""


def _with_option(composed: Composed, group: str, option: str) -> DictConfig:
    with _hydra(composed.config_dir):
        kept = [text for text in composed.overrides if not text.startswith((f"{group}=", f"{group}."))]
        mine = [text for text in composed.overrides if text.startswith(f"{group}.")]
        config = _try([*kept, f"{group}={option}"])
        for text in mine:
            try:
                config = _try([*kept, f"{group}={option}", text])
                kept.append(text)
            except COMPOSE_ERRORS:
                continue  # a key of the other option
        return _without_hydra(config)
