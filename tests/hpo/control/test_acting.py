"""What is asked of sweeps, without the service."""

import gc
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from hpo.control import (
    Checker,
    More,
    Outcome,
    Rules,
    answer_to,
    asking,
    clone,
    command_of,
    config_groups,
    driver_at,
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
from hpo.errors import InputError, LedgerError, UnknownSweepError
from hpo.ledger import Inbox, Kind, open_engine
from hpo.place import Place
from tests.dashboards.sweeps import away, made_sweep

WARM, DECAYED = "{train.lr_schedule: [linear, cosine]}", "{train.lr_schedule: constant}"
CONDITIONS = (
    f"+space.train.warmup_fraction.when={WARM}",
    f"+space.train.weight_decay.when={DECAYED}",  # The config's own value is in the space.
    f"+space.train.label_smoothing={{low: 0.1, high: 0.2, when: {DECAYED}}}",  # It is not.
)


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


def test_a_clone_may_change_what_a_condition_depends_on(tmp_path: Path) -> None:
    place = Place(tmp_path)
    made_sweep(place, "when", trials=1, points=2, confirmed=False, overrides=CONDITIONS)
    parent = place.read("when").records[0]
    assert "train.warmup_fraction" in parent.params
    with pytest.raises(InputError, match=r"label_smoothing: needs a value in .*when train.lr_schedule is constant"):
        clone(place, "when", parent.number, {"train.lr_schedule": "constant"})
    changes = {"train.lr_schedule": "constant", "train.label_smoothing": 0.1, "train.warmup_fraction": 0.1}
    with pytest.raises(InputError, match=r"train.warmup_fraction: is not part of this trial"):  # It was asked for.
        clone(place, "when", parent.number, changes)
    clone(place, "when", parent.number, {"train.lr_schedule": "constant", "train.label_smoothing": 0.125})
    (request,) = Inbox(open_engine(place.ledger_url), "when").waiting()
    kept = {name: parent.params[name] for name in ("train.learning_rate", "train.batch_size")}
    wanted = {**kept, "train.lr_schedule": "constant", "train.label_smoothing": 0.125, "train.weight_decay": 0.01}
    assert request.payload["params"] == wanted


def test_an_action_leaves_no_connection_behind(place: Place) -> None:
    def opened() -> int:
        files = psutil.Process().open_files()
        return sum(file.path == place.ledger_url.removeprefix("sqlite:///") for file in files)

    params = place.read("made").records[0].params
    gc.collect()
    gc.disable()
    try:
        before = opened()
        stop(place, "made")
        stop_trial(place, "made", 0)
        enqueue(place, "made", params)
        clone(place, "made", 0, {})
        extend(place, "made", More(trials=2))
        assert opened() == before
    finally:
        gc.enable()


def test_who_acts_from_a_page_hears_soon_that_the_ledger_is_away(place: Place) -> None:
    params = place.read("made").records[0].params
    place = replace(place, patience_s=0.0)
    inbox = Inbox(open_engine(place.ledger_url), "made", place.patience_s)
    calls: tuple[Callable[[], object], ...] = (
        place.names,
        lambda: driver_at(place, "made"),
        lambda: answer_to(place, "made", 1),
        lambda: stop(place, "made"),
        lambda: stop_trial(place, "made", 0),
        lambda: enqueue(place, "made", params),
        lambda: clone(place, "made", 0, {}),
        lambda: extend(place, "made", More(trials=2)),
        inbox.waiting,
        lambda: inbox.ask(Kind.STOP, {}),
        lambda: inbox.done(1, "done"),
    )
    with away(place):
        for call in calls:
            with pytest.raises(LedgerError, match="did not answer for 0 s"):
                call()
    assert place.for_pages().patience_s < 5


def test_what_the_ledger_took_before_it_went_away_is_not_asked_for_twice(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(place: Place, name: str) -> None:
        raise LedgerError("the ledger did not answer for 2 s")

    monkeypatch.setattr(asking, "driver_at", gone)
    answer = enqueue(place, "made", place.read("made").records[0].params)
    assert (answer.outcome, answer.request) == (Outcome.PENDING, 1)
    assert [request.kind for request in Inbox(open_engine(place.ledger_url), "made").waiting()] == [Kind.ENQUEUE]


@pytest.mark.parametrize("more", [More(), More(trials=-1), More(hours=float("nan")), More(target=float("inf"))])
def test_more_is_more(more: More) -> None:
    with pytest.raises(InputError):
        more.check()


def test_more_as_options() -> None:
    assert extend_arguments("a", More(trials=2, target=0.0)) == ("extend", "a", "--trials=2", "--target=0.0")


def test_a_password_goes_by_the_environment_of_own_processes_alone(tmp_path: Path) -> None:
    secret = Place(tmp_path, "postgresql://me:pw@host/x")
    assert environment_at(secret)["HPO_LEDGER_URL"] == secret.url
    for url in (secret.url, "postgresql://host/x?password=pw"):
        with pytest.raises(InputError, match="must have no password"):
            open_environment(Place(tmp_path, url))
    assert open_environment(Place(tmp_path)) == {"HPO_OUTPUT_DIR": str(tmp_path)}
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


def test_what_breaks_a_check_is_told_to_the_server_and_the_same_process_answers_the_next(tmp_path: Path) -> None:
    checker = Checker(environment_at(Place(tmp_path)))
    try:
        broken = checker.check([["no text"]], Rules())  # type: ignore[list-item]
        assert (broken.plan, broken.refused, broken.problems[0].message) == (None, False, "the check broke off")
        assert "AttributeError" in broken.broke
        pid = checker.child.pid
        assert checker.check(["output_dir=/x"], Rules()).broke == ""
        assert checker.child.pid == pid is not None
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
