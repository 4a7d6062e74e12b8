"""What is asked of sweeps, without the service."""

import sys
from pathlib import Path

import pytest

from hpo.control import (
    Checker,
    More,
    Outcome,
    Rules,
    clone,
    command_of,
    config_groups,
    enqueue,
    environment_at,
    experiments,
    extend,
    extend_arguments,
    open_environment,
    start,
    stop,
    stop_trial,
)
from hpo.errors import InputError, UnknownSweepError
from hpo.ledger import Inbox, open_engine
from hpo.place import Place
from tests.dashboards.sweeps import made_sweep


@pytest.fixture
def place(tmp_path: Path) -> Place:
    place = Place(tmp_path)
    made_sweep(place, "made", trials=3, points=2)
    return place


def test_what_is_asked_while_nobody_drives_is_kept_or_needless(place: Place) -> None:
    params = place.ledger("made").trials()[0].params
    assert stop(place, "made").outcome is Outcome.NOTHING
    assert stop_trial(place, "made", 0).outcome is Outcome.KEPT
    assert enqueue(place, "made", params).outcome is Outcome.KEPT
    assert clone(place, "made", 0, {"train.batch_size": 8}).outcome is Outcome.KEPT
    assert extend(place, "made", More(trials=2)) is None
    kinds = [request.kind.value for request in Inbox(open_engine(place.ledger_url), "made").waiting()]
    assert kinds == ["stop_trial", "enqueue", "enqueue"]


def test_what_is_not_there_or_not_allowed_is_refused_before_anything_is_asked(place: Place) -> None:
    for call in (lambda: stop(place, "none"), lambda: extend(place, "none", More(1))):
        with pytest.raises(UnknownSweepError):
            call()
    with pytest.raises(InputError, match="must be a trial of made, got 9"):
        stop_trial(place, "made", 9)
    with pytest.raises(InputError, match="must be a trial of made, got 9"):
        clone(place, "made", 9, {})
    with pytest.raises(InputError, match="is not a dimension of the space"):
        clone(place, "made", 0, {"train.epochs": 2})
    with pytest.raises(InputError, match="has no weights"):
        clone(place, "made", 0, {}, warm=True)
    assert Inbox(open_engine(place.ledger_url), "made").waiting() == []


@pytest.mark.parametrize("more", [More(), More(trials=-1), More(hours=float("nan")), More(target=float("inf"))])
def test_more_is_more(more: More) -> None:
    with pytest.raises(InputError):
        more.check()


def test_more_as_options() -> None:
    assert extend_arguments("a", More(trials=2, target=0.0)) == ("extend", "a", "--trials=2", "--target=0.0")


def test_a_password_goes_by_the_environment_of_own_processes_alone(tmp_path: Path) -> None:
    secret = Place(tmp_path, "postgresql://me:pw@host/x")
    assert environment_at(secret)["HPO_LEDGER_URL"] == secret.url
    assert open_environment(secret) == {"HPO_OUTPUT_DIR": str(tmp_path)}
    assert open_environment(Place(tmp_path, "postgresql://me@host/x"))["HPO_LEDGER_URL"] == "postgresql://me@host/x"


def test_a_command_is_started_in_a_session_of_its_own(tmp_path: Path) -> None:
    log = tmp_path / "logs" / "1.log"
    code = "import os; print(os.getsid(0) == os.getpid(), os.environ['HPO_OUTPUT_DIR'])"
    assert start((sys.executable, "-c", code), Place(tmp_path), log).wait() == 0
    assert log.read_text() == f"True {tmp_path}\n"
    assert command_of(("list",))[1:] == ("-m", "hpo", "list")


def test_a_worker_refuses_without_composing_anything_and_says_that_it_refused(tmp_path: Path) -> None:
    checker = Checker(environment_at(Place(tmp_path)))
    try:
        found = checker.check(["output_dir=/x"], Rules())
        assert (found.plan, found.refused, found.problems[0].where) == (None, True, "output_dir")
        assert checker.check(["a=b"] * 201, Rules()).refused
    finally:
        checker.close()


def test_a_check_that_takes_too_long_is_a_problem_and_the_next_one_is_answered(tmp_path: Path) -> None:
    checker = Checker(environment_at(Place(tmp_path)), check_s=0.0)
    try:
        slow = checker.check(["model=tiny"], Rules())
        assert slow.problems[0].message == "the check took more than 0 s"
        checker.child.answer_s = 120.0
        assert checker.check(["output_dir=/x"], Rules()).refused
    finally:
        checker.close()


def test_what_can_be_chosen_is_what_conf_has() -> None:
    groups = {group.name: group for group in config_groups()}
    assert (groups["scheduler"].default, "asha" in groups["scheduler"].options) == ("asha", True)
    smoke = next(preset for preset in experiments() if preset.name == "smoke")
    assert smoke.text.startswith("a whole sweep in half a minute")
