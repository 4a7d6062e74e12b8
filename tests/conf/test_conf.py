"""Every file under conf/ composes, checks and explains itself."""

from pathlib import Path

import pytest

from hpo.check import check
from hpo.config.compose import compose, group_options
from hpo.config.resolve import resolve
from hpo.config.store import CONF_DIR
from hpo.control.catalog import config_groups
from hpo.errors import InputError
from hpo.space import Space

OPTIONS = sorted(path.relative_to(CONF_DIR) for path in CONF_DIR.rglob("*.yaml") if path.parent != CONF_DIR)
# Values that an option cannot know and a person must give.
MUST_GIVE = {
    "data/csv": ["data.train=rows.csv"],
    "data/json": ["data.train=rows.json"],
    "data/parquet": ["data.train=rows.parquet"],
    "data/hub": ["data.id=someone/something"],
    "data/disk": ["data.path=folder"],
    "model/hub": ["model.id=someone/something"],
    "tracking/server": ["tracking.uri=http://127.0.0.1:5000"],
}
LISTED = ("data", "model", "tuning", "sampler", "scheduler")  # Groups whose options config.yaml lists in a comment.
# Options that make sense only together with another.
TOGETHER = {"space/lora": ["tuning=lora"]}


@pytest.mark.parametrize("path", OPTIONS, ids=str)
def test_option_composes_and_its_values_are_allowed(path: Path) -> None:
    name = str(path.with_suffix(""))
    overrides = [f"{path.parent}={path.stem}", *MUST_GIVE.get(name, []), *TOGETHER.get(name, [])]
    resolved = resolve(compose(overrides))
    assert resolved.problems == ()
    if name != "space/none":
        assert Space.parse(resolved.config.space, resolved.schema).dimensions


@pytest.mark.parametrize("name", MUST_GIVE)
def test_option_says_what_must_be_given(name: str) -> None:
    group, option = name.split("/")
    composed = compose([f"{group}={option}"])
    problems = resolve(composed).problems
    if not problems:  # Files of rows: `data.train` may be null for other sources, so the reading of the data says so.
        with pytest.raises(InputError) as error:
            check(composed)
        problems = error.value.problems
    key = MUST_GIVE[name][0].split("=")[0]
    assert [problem.where for problem in problems] == [key]
    assert "must be given" in problems[0].message


@pytest.mark.parametrize("name", LISTED)
def test_a_list_of_options_in_the_config_is_whole(name: str) -> None:
    (group,) = (group for group in config_groups() if group.name == name)
    listed = group.text.partition(": ")[2].split(", ")
    if listed[-1] == "...":
        assert set(listed[:-1]) <= set(group.options)
    else:
        assert set(listed) == set(group.options)


@pytest.mark.parametrize("path", OPTIONS, ids=str)
def test_option_says_what_it_is_for(path: Path) -> None:
    lines = (CONF_DIR / path).read_text(encoding="utf-8").splitlines()
    named = next(line for line in lines if not line.startswith("# @package"))
    assert named.startswith(f"# {path.parent}={path.stem}: ")


def test_default_config_needs_nothing() -> None:
    assert resolve(compose([])).problems == ()


def test_schema_options_are_not_offered() -> None:
    assert group_options("sampler") == ["cmaes", "gp", "grid", "qmc", "random", "tpe"]
