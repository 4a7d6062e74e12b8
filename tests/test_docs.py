"""What is written of the config is what the schema says, and the commands that are written down can be typed."""

import json
import re
import shlex
from pathlib import Path

import pytest

from hpo.cli import COMMANDS
from hpo.config.compose import compose
from hpo.config.reference import reference
from hpo.config.resolve import resolve
from hpo.space import Space

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
TARGETS = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))


def lines(pattern: str) -> list[str]:
    """Every match in the pages and in the first comments of conf/."""
    texts = [path.read_text(encoding="utf-8") for path in (*PAGES, *sorted((ROOT / "conf").rglob("*.yaml")))]
    return sorted({match for text in texts for match in re.findall(pattern, text, re.MULTILINE)})


def test_config_reference_is_what_make_docs_writes() -> None:
    assert (ROOT / "docs" / "config.md").read_text(encoding="utf-8") == reference()


@pytest.mark.parametrize("target", lines(r"^ *make ([a-z-]+)"))
def test_make_targets_exist(target: str) -> None:
    assert target in TARGETS


@pytest.mark.parametrize(
    "overrides",
    [*lines(r'make sweep ARGS="([^"]*)"'), *lines(r"hpo (?:sweep|plan|train) ([a-z][^`\n]*=[^`\n]*)")],
)
def test_overrides_that_are_written_down_are_taken(overrides: str) -> None:
    words = [word for word in shlex.split(overrides, comments=True) if "=" in word]
    resolved = resolve(compose(words))
    assert resolved.problems == ()
    if resolved.config.space:
        Space.parse(resolved.config.space, resolved.schema)


def test_the_configuration_that_a_program_enqueues_is_one_of_its_sweep() -> None:
    text = (ROOT / "docs" / "service.md").read_text(encoding="utf-8")
    (experiment,) = set(re.findall(r'"experiment": "(\w+)"', text))
    (params,) = re.findall(r"/enqueue '([^']*)'", text)
    resolved = resolve(compose([f"experiment={experiment}"]))
    assert Space.parse(resolved.config.space, resolved.schema).contains(json.loads(params)["params"]) == []


@pytest.mark.parametrize("command", lines(r"`?hpo ([a-z]+)\b(?= [A-Z`…\[-])"))
def test_commands_exist(command: str) -> None:
    assert command in COMMANDS


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\((?!http)([^)#]+)", page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), target
