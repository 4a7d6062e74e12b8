"""The section whose key is a word of Python's."""

import dataclasses

import pytest

from hpo.config.compose import compose
from hpo.config.resolve import resolve, to_plain
from hpo.history.spec import WarmStartSpec


def test_its_key_is_from() -> None:
    spec = resolve(compose(["warm_start.from=[one,two@folder,auto]", "warm_start.first=2"])).config.warm_start
    assert spec.sources == ["one", "two@folder", "auto"]
    assert to_plain(spec) == {"first": 2, "weight": 8.0, "from": ["one", "two@folder", "auto"]}


def test_by_default_there_is_none_and_no_two_share_a_list() -> None:
    assert resolve(compose([])).config.warm_start.sources == []
    assert getattr(WarmStartSpec(), "from") is not getattr(WarmStartSpec(), "from")


def test_it_is_frozen() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        WarmStartSpec().first = 3  # type: ignore[misc]


def test_a_wrong_key_is_told() -> None:
    (problem,) = compose(["warm_start.form=[a]"]).problems
    assert problem.where == "warm_start.form"
    assert "warm_start.from" in problem.hint
