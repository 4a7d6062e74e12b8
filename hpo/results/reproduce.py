"""How to train a configuration of a sweep again."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hpo.redact import Redactor

PLAIN = re.compile(r"[A-Za-z0-9_./:-]+")  # Texts that Hydra's grammar takes without quotes.
# Overrides that say how to search, not what is trained.
SEARCH_ONLY = (
    *("space", "sampler", "scheduler", "cluster", "tracking", "slots=single", "slots.count", "ledger", "trial."),
    *("sweep.name", "sweep.trials", "sweep.seed", "sweep.start_first", "sweep.keep_models", "sweep.constraints"),
    *("sweep.stop", "sweep.picture", "sweep.report", "confirm.", "warm_start."),
)


def train_command(about: Mapping[str, Any], params: Mapping[str, Any]) -> str:
    """The command that trains one configuration again, for people: without secrets, as the ledger has them."""
    told = Redactor().value(train_overrides(about, params))
    return shlex.join(["hpo", "train", *in_config_dir(config_dir_of(about)), *told])


def train_overrides(about: Mapping[str, Any], params: Mapping[str, Any]) -> list[str]:
    """The config overrides that train one configuration again: the sweep's own, then the trial's."""
    kept = [text for text in about["overrides"] if not text.lstrip("+").startswith(SEARCH_ONLY)]
    given = {**about["fixed"], **params}
    groups = [f"{name}={value}" for name, value in given.items() if "." not in name]
    values = [f"{name}={override_text(value)}" for name, value in given.items() if "." in name]
    whole = [*(text for text in kept if key_of(text) not in given), *groups, *values]
    if not groups:
        return whole
    from hpo.fitting import fitting  # noqa: PLC0415  # it imports Hydra, which few results need

    folder = config_dir_of(about)
    there = folder if folder is not None and Path(folder).is_dir() else None  # Elsewhere it may not be.
    return fitting(whole, tuple(given), config_dir=there)


def config_dir_of(about: Mapping[str, Any]) -> str | None:
    """The person's own folder of options, wherever one stands now; None: the sweep had none."""
    folder = about.get("config_dir")
    return None if folder is None else str(Path(about.get("cwd", ""), folder))


def in_config_dir(folder: str | None) -> list[str]:
    """The flags that name such a folder to a command."""
    return [] if folder is None else ["--config-dir", folder]


def key_of(override: str) -> str:
    """The key that an override sets, adds or forces: `data.train` of `++data.train=rows.csv`."""
    return override.partition("=")[0].lstrip("+")


def override_text(value: Any) -> str:
    """A value in Hydra's override grammar."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (list, tuple)):
        return f"[{','.join(override_text(item) for item in value)}]"
    if isinstance(value, str) and not PLAIN.fullmatch(value):
        # Hydra reads a backslash as itself, but before a quote, the closing one too.
        inside = re.sub(r"(\\*)('|$)", lambda found: found[1] * 2 + ("\\'" if found[2] else ""), value)
        return f"'{inside}'"
    return str(value)
