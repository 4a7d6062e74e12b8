"""A resumed sweep is the sweep that was begun, or each difference is told."""

from pathlib import Path
from typing import Any

import pytest

from hpo.begin import settings
from hpo.change import Change, changes, check_changes
from hpo.check import check
from hpo.config.compose import compose
from hpo.errors import InputError
from hpo.place import Place
from hpo.plan import Plan
from hpo.recorded import composed_again

SPACE = ("space=none", "space.train.learning_rate={low: 1e-5, high: 1e-2, log: true}", "space.model={choices: [tiny]}")


@pytest.fixture
def plan(rows_file: Path, tmp_path: Path) -> Plan:
    overrides = ["model=tiny", "data=json", f"data.train={rows_file}", f"output_dir={tmp_path}", "sweep.name=first"]
    return check(compose([*overrides, *SPACE, "train.epochs=2"]))


@pytest.fixture
def about(plan: Plan) -> dict[str, Any]:
    return {**settings(plan), "metric": plan.metric}


def again(about: dict[str, Any], tmp_path: Path, *overrides: str) -> Plan:
    return check(composed_again(about, Place(tmp_path), overrides), going_on="first")


def test_nothing_has_changed(about: dict[str, Any], tmp_path: Path) -> None:
    later = again(about, tmp_path)
    assert changes(about, later) == []
    assert settings(later)["fingerprint"] == about["fingerprint"]


def test_where_and_how_it_runs_may_change(about: dict[str, Any], tmp_path: Path) -> None:
    free = ("slots.count=1", "sweep.keep_models=7", "trial.retries=9", "sweep.max_failures=null")
    assert changes(about, again(about, tmp_path, *free)) == []


def test_aims_and_limits_decide_a_sweep(about: dict[str, Any], tmp_path: Path) -> None:
    more = ("sweep.metrics=[{name: accuracy},{name: latency_ms}]", "sweep.constraints=['size_mib < 9']")
    told = [str(change.key) for change in changes(about, again(about, tmp_path, *more))]
    assert told == ["sweep.metrics", "sweep.constraints"]


def test_a_sweep_from_before_there_were_several_aims_has_not_changed(about: dict[str, Any], tmp_path: Path) -> None:
    for key in ("metrics", "constraints"):
        del about["config"]["sweep"][key]
    assert changes(about, again(about, tmp_path)) == []


def test_each_difference_is_told_with_what_it_was(about: dict[str, Any], tmp_path: Path) -> None:
    later = again(about, tmp_path, "train.epochs=3", "sampler=random", "space.train.learning_rate.high=1e-3")
    found = changes(about, later)
    told = {str(change) for change in found}
    assert "train.epochs: was 2, now 3" in told
    assert "sampler.name: was tpe, now random" in told
    assert "space.train.learning_rate.high: was 0.01, now 0.001" in told
    assert {change.key for change in found if change.of_trials} == {"train.epochs"}
    with pytest.raises(InputError, match=r"train.epochs: was 2 when the sweep was begun, now 3 .*--allow-change"):
        check_changes("first", found, about, later, maximize=True, allowed=False)
    check_changes("first", found, about, later, maximize=True, allowed=True)
    assert settings(later)["fingerprint"] != about["fingerprint"]


def test_the_same_rows_may_lie_elsewhere(about: dict[str, Any], tmp_path: Path, rows_file: Path) -> None:
    moved = tmp_path / "moved.jsonl"
    moved.write_bytes(rows_file.read_bytes())
    assert changes(about, again(about, tmp_path, f"data.train={moved}")) == []


def test_other_rows_are_a_change(about: dict[str, Any], tmp_path: Path, rows_file: Path) -> None:
    fewer = tmp_path / "fewer.jsonl"
    fewer.write_text("".join(rows_file.read_text().splitlines(keepends=True)[:-2]))
    recorded = [text.replace(str(rows_file), str(fewer)) for text in about["overrides"]]
    later = again({**about, "overrides": recorded}, tmp_path)
    assert "data.train" in {change.key for change in changes(about, later)}
    same_place = {**about, "config": settings(later)["config"]}
    assert [change.key for change in changes(same_place, later)] == ["data"]


def test_choices_that_no_sampler_can_compare_are_refused_even_when_allowed(
    about: dict[str, Any], tmp_path: Path
) -> None:
    later = again(about, tmp_path, "space.model={choices: [tiny, cnn]}")
    with pytest.raises(InputError, match=r"space.model: was .*begin a new sweep"):
        check_changes("first", changes(about, later), about, later, maximize=True, allowed=True)


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("sweep.metric=macro_f1", r"sweep\.metric: was accuracy \(maximize\); .*macro_f1 \(maximize\)"),
        ("sweep.metric=loss", r"sweep\.metric: was accuracy \(maximize\); .*by loss \(minimize\)"),
    ],
)
@pytest.mark.parametrize("allowed", [True, False])
def test_another_metric_is_refused_even_when_allowed(
    about: dict[str, Any], tmp_path: Path, override: str, message: str, allowed: bool
) -> None:
    later = again(about, tmp_path, override, "train.epochs=3")
    with pytest.raises(InputError, match=message) as told:
        check_changes("first", changes(about, later), about, later, maximize=True, allowed=allowed)
    assert ("train.epochs" in str(told.value)) is not allowed


def test_another_direction_is_refused_even_when_allowed(about: dict[str, Any], plan: Plan) -> None:
    with pytest.raises(InputError, match=r"sweep\.direction: was accuracy \(minimize\); .*begin a new sweep"):
        check_changes("first", [], about, plan, maximize=False, allowed=True)


def test_the_metric_may_be_named_as_it_was(about: dict[str, Any], tmp_path: Path) -> None:
    later = again(about, tmp_path, "sweep.metric=accuracy")
    check_changes("first", changes(about, later), about, later, maximize=True, allowed=True)


def test_secrets_are_not_told() -> None:
    assert "hunter2" not in str(Change("data.train", "https://me:hunter2@host/a.csv", "https://hunter2@host/b.csv"))


def test_where_it_is_cannot_be_an_override(about: dict[str, Any], tmp_path: Path) -> None:
    for text in ("output_dir=elsewhere", "ledger.url=sqlite:///other.db", "ledger={url: 'sqlite:///other.db'}"):
        with pytest.raises(InputError, match=r"^(output_dir|ledger(\.url)?): cannot be changed here"):
            composed_again(about, Place(tmp_path), (text,))
    with pytest.raises(InputError, match=r"sweep.trials: is what the sweep was begun with .*hpo extend"):
        composed_again(about, Place(tmp_path), ("sweep.trials=99",))
    with pytest.raises(InputError, match="not an override"):
        composed_again(about, Place(tmp_path), ("faster",))
