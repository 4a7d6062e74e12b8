"""What a person can choose from: presets, and the options of each group of the config."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import conf

CONF_DIR = Path(conf.__file__).parent
PRESETS = "experiment"
DEFAULT = re.compile(r"^\s*-\s*(?:override /)?(\w+):\s*([\w-]+)\s*(?:#\s*(.*))?$")


@dataclass(frozen=True)
class Preset:
    """A whole sweep by one name: `experiment=NAME`.

    Attributes:
        text: What it is for, from the first comment of its file.
    """

    name: str
    text: str


@dataclass(frozen=True)
class Group:
    """A group of the config.

    Attributes:
        text: What it decides, from the comment beside it in `config.yaml`.
        default: The option that is taken when none is named.
    """

    name: str
    text: str
    default: str
    options: tuple[str, ...]


def experiments() -> list[Preset]:
    """The presets, by name."""
    return [Preset(path.stem, _comment(path)) for path in sorted((CONF_DIR / PRESETS).glob("*.yaml"))]


def config_groups() -> list[Group]:
    """The groups, in the order in which the config has them."""
    lines = (CONF_DIR / "config.yaml").read_text(encoding="utf-8").splitlines()
    found = [match for line in lines if (match := DEFAULT.match(line)) is not None]
    return [
        Group(match[1], (match[3] or "").strip(), match[2], _options(match[1]))
        for match in found
        if (CONF_DIR / match[1]).is_dir() and match[1] != PRESETS
    ]


def _options(group: str) -> tuple[str, ...]:
    return tuple(path.stem for path in sorted((CONF_DIR / group).glob("*.yaml")))


def _comment(path: Path) -> str:
    """The first comment of a file, without its name and the line that launches it."""
    lines = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            break
        text = line.lstrip("# ")
        if text and not text.startswith(("@package", "Launch:")):
            lines.append(text)
    return re.sub(rf"^{PRESETS}={re.escape(path.stem)}:\s*", "", " ".join(lines))
