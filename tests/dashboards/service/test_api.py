"""What programs read, and what they can do to sweeps that nobody drives."""

import json
import os
import subprocess
import sys
import time
from typing import Any

import pytest
from fastapi.testclient import TestClient

from dashboards.service.problems import MEDIA_TYPE
from dashboards.service.runs.jobs import JobState
from hpo.birth import birth_of
from hpo.control import Checked
from hpo.errors import Problem
from hpo.ledger import Inbox, Kind, Seat, open_engine
from tests.dashboards.service.conftest import TOKEN, Known
from tests.dashboards.sweeps import away

PLAN = {
    "name": "planned",
    "metric": "accuracy",
    "maximize": True,
    "trials": 4,
    "facts": [{"name": "model", "text": "tiny"}],
    "space": [],
    "fixed": {},
    "slots": {"cpus": 1},
    "rows": {"training": 3},
    "overrides": [],
    "warm_start": [],
    "notes": [],
}


def test_sweeps_are_listed_filtered_and_paged(known: Known) -> None:
    whole = known.get("/sweeps").json()
    assert {line["name"] for line in whole["items"]} == {"made", "half", "lists"}
    assert whole["total"] == 3
    page = known.get("/sweeps", offset=1, limit=1).json()
    assert page["items"] == whole["items"][1:2]
    assert [line["name"] for line in known.get("/sweeps", state="finished").json()["items"]] == ["made"]
    assert [line["name"] for line in known.get("/sweeps", search="hal").json()["items"]] == ["half"]


def test_a_sweep_and_its_trials(known: Known) -> None:
    sweep = known.get("/sweeps/made").json()
    assert (sweep["state"], sweep["driver"], sum(sweep["counts"].values())) == ("finished", None, 6)
    trials = known.get("/sweeps/made/trials", limit=2, offset=4).json()
    assert ([trial["number"] for trial in trials["items"]], trials["total"]) == ([4, 5], 6)
    best = known.get(f"/sweeps/made/trials/{sweep['best']['number']}").json()
    assert best["value"] == sweep["best"]["value"]
    assert best["command"].startswith("hpo train ")
    assert len(best["evaluations"]) == 3
    story = known.get("/sweeps/made/trials/0/story").json()["items"]
    assert [moment["what"] for moment in story][:1] == ["proposed"]


def test_nobody_waits_long_for_a_ledger_that_is_away(known: Known, service: TestClient) -> None:
    place = service.app.state.settings.place  # type: ignore[attr-defined]
    known.get("/sweeps/half")
    begun = time.monotonic()
    with away(place):
        answer = known.post("/sweeps/half/resume")
    assert (answer.status_code, "the ledger did not answer" in answer.json()["detail"]) == (503, True)
    assert time.monotonic() - begun < 30


@pytest.mark.parametrize(
    "path", ["/sweeps/none", "/sweeps/none/trials", "/sweeps/made/trials/99", "/sweeps/..%2f..", "/submissions/9", "/x"]
)
def test_what_is_not_there_is_a_problem_of_404(known: Known, path: str) -> None:
    answer = known.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (404, MEDIA_TYPE)
    assert answer.json()["status"] == 404


def test_the_events_of_an_ended_sweep_end(known: Known) -> None:
    told = known.get("/sweeps/made/events").text.split("\r\n")
    update: dict[str, Any] = json.loads(next(line for line in told if line.startswith("data: "))[6:])
    assert "event: update" in told
    assert (update["name"], update["over"], update["ended"]) == ("made", True, 6)
    assert known.get("/sweeps/none/events").status_code == 404


def test_a_configuration_by_hand_waits_for_a_driver(known: Known, service: TestClient) -> None:
    params = known.get("/sweeps/half/trials/0").json()["params"]
    put = known.post("/sweeps/half/enqueue", {"params": params}).json()
    assert put["outcome"] == "kept"
    waiting = Inbox(open_engine(service.app.state.settings.place.ledger_url), "half").waiting()  # type: ignore[attr-defined]
    asked = next(request for request in waiting if request.id == put["request"])
    assert (asked.kind, asked.payload["params"]) == (Kind.ENQUEUE, params)
    assert known.get(f"/sweeps/half/requests/{put['request']}").json()["outcome"] == "pending"
    cloned = known.post("/sweeps/half/trials/1/clone", {"changes": {"train.batch_size": 8}}).json()
    assert cloned["outcome"] == "kept"
    assert known.post("/sweeps/half/trials/0/stop").json()["outcome"] == "kept"
    assert known.post("/sweeps/half/stop").json()["outcome"] == "nothing"


def test_a_choice_by_hand_can_be_a_list_nothing_or_a_truth(known: Known, service: TestClient) -> None:
    url = service.app.state.settings.place.ledger_url  # type: ignore[attr-defined]
    params = known.get("/sweeps/lists/trials/0").json()["params"]
    for targets, bucketing in ((["query", "value"], True), (None, False)):
        changes = {"tuning.targets": targets, "train.length_bucketing": bucketing}
        wanted = {**params, **changes}
        put = known.post("/sweeps/lists/enqueue", {"params": wanted}).json()
        cloned = known.post("/sweeps/lists/trials/0/clone", {"changes": changes}).json()
        waiting = {request.id: request.payload["params"] for request in Inbox(open_engine(url), "lists").waiting()}
        assert [waiting[answer["request"]] for answer in (put, cloned)] == [wanted, wanted]


@pytest.mark.parametrize(
    ("path", "body", "where"),
    [
        ("/sweeps/lists/trials/0/clone", {"changes": {"tuning.targets": ["value", "query"]}}, "tuning.targets"),
        ("/sweeps/lists/trials/0/clone", {"changes": {"tuning.targets": ["x" * 2000]}}, "changes.tuning.targets"),
        ("/sweeps/lists/trials/0/clone", {"changes": {"tuning.targets": [10**400]}}, "changes.tuning.targets"),
        ("/sweeps/lists/trials/0/clone", {"changes": {"train.length_bucketing": 1}}, "train.length_bucketing"),
        ("/sweeps/half/enqueue", {"params": {"train.learning_rate": 9.0}}, "train.learning_rate"),
        ("/sweeps/half/enqueue", {"params": {"train.learning_rate": 10**400}}, "params.train.learning_rate"),
        ("/sweeps/half/enqueue", {"params": {}, "more": 1}, "more"),
        ("/sweeps/half/trials/0/clone", {"changes": {"no.such": 1}}, "no.such"),
        ("/sweeps/half/trials/0/clone", {"changes": {}, "warm": True}, "--warm"),
        ("/sweeps/half/extend", {}, "--trials, --hours, --gpu-hours, --cpu-hours, --target"),
        ("/sweeps/half/extend", {"trials": -1}, "trials"),
    ],
)
def test_each_problem_says_where(known: Known, path: str, body: object, where: str) -> None:
    answer = known.post(path, body)
    assert (answer.status_code, answer.headers["content-type"]) == (422, MEDIA_TYPE)
    assert where in [problem["where"] for problem in answer.json()["problems"]]


def test_a_submission_waits_its_turn_once_and_can_be_cancelled(
    known: Known, service: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = service.app.state  # type: ignore[attr-defined]
    monkeypatch.setattr(state.checker, "check", lambda overrides, rules: Checked(PLAN))
    monkeypatch.setattr(state.queue, "_most", 0)  # There is room for none.
    body, key = {"experiment": "smoke"}, {"Idempotency-Key": "mine"}
    assert known.post("/sweeps", {**body, "dry_run": True}).json() == PLAN
    first = known.post("/sweeps", body, **key)
    assert first.status_code == 202
    assert (first.json()["name"], first.json()["position"], first.json()["plan"]["trials"]) == ("planned", 0, 4)
    again = known.post("/sweeps", body, **key)
    assert (again.status_code, again.json()["id"]) == (200, first.json()["id"])
    assert known.post("/sweeps", {"experiment": "lora"}, **key).status_code == 422
    assert known.post("/sweeps", body).status_code == 409
    job = state.queue.jobs.find(first.json()["id"])
    assert job.arguments == ("sweep", "experiment=smoke", "sweep.name='planned'")
    assert known.post(f"/submissions/{job.id}/cancel").json()["state"] == "cancelled"
    assert known.post(f"/submissions/{job.id}/cancel").status_code == 409


def test_resume_and_extend_put_what_drives_the_sweep_into_the_queue(
    known: Known, service: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = service.app.state  # type: ignore[attr-defined]
    monkeypatch.setattr(state.queue, "_most", 0)
    told = known.post("/sweeps/half/resume")
    assert (told.status_code, told.json()["submission"]["command"]) == (202, "resume")
    assert known.post("/sweeps/half/extend", {"trials": 2}).status_code == 409
    assert known.post("/sweeps/half/stop").json()["text"] == "it was taken out of the queue"
    told = known.post("/sweeps/half/extend", {"trials": 2, "target": 0.9})
    job = state.queue.jobs.find(told.json()["submission"]["id"])
    assert job.arguments == ("extend", "half", "--trials=2", "--target=0.9")
    assert state.queue.jobs.cancel(job.id)


def test_a_sweep_has_the_name_of_its_plan_whatever_was_asked_for_or_is_secret(
    known: Known, service: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = service.app.state  # type: ignore[attr-defined]
    monkeypatch.setattr(state.checker, "check", lambda overrides, rules: Checked(PLAN))
    monkeypatch.setattr(state.queue, "_most", 0)
    monkeypatch.setattr(state.redactor, "_secrets", ["planned"])
    told = known.post("/sweeps", {"overrides": ["sweep.name=null"]}).json()
    job = state.queue.jobs.find(told["id"])
    assert (told["plan"]["name"], job.sweep) == ("***", "planned")
    assert job.arguments == ("sweep", "sweep.name=null", "sweep.name='planned'")
    assert state.queue.jobs.cancel(job.id)


def test_why_a_check_broke_off_is_in_the_log_alone(
    known: Known, service: TestClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    checker = service.app.state.checker  # type: ignore[attr-defined]
    found = Checked(None, (Problem("sweep", "the check broke off"),), broke=f"OSError: {TOKEN}")
    monkeypatch.setattr(checker, "check", lambda overrides, rules: found)
    answer = known.post("/sweeps", {"dry_run": True})
    assert (answer.status_code, "OSError" in answer.text) == (422, False)
    assert [record.getMessage() for record in caplog.records] == ["a check broke off: OSError: ***"]


def test_a_sweep_that_is_being_started_cannot_be_stopped_yet(
    known: Known, service: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue = service.app.state.queue  # type: ignore[attr-defined]
    monkeypatch.setattr(queue, "_most", 0)
    for name, arguments in (("half", ("resume", "half")), ("new", ("sweep",))):
        job = queue.jobs.add(name, arguments, "")
        assert queue.jobs.claim(job.id, os.getpid(), birth_of(os.getpid()), 9)
        told = known.post(f"/sweeps/{name}/stop")
        assert (told.status_code, "is being started" in told.json()["detail"]) == (409, True)
        queue.jobs.end(job.id, 0)
    assert known.post("/sweeps/half/stop").json()["outcome"] == "nothing"


def test_stop_reaches_a_driver_from_elsewhere_though_a_job_waits(
    known: Known, service: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = service.app.state  # type: ignore[attr-defined]
    monkeypatch.setattr(state.queue, "_most", 0)
    job = state.queue.jobs.add("half", ("resume", "half"), "")
    url = state.settings.place.ledger_url
    with Seat(url, "half", lambda: None, lambda: None):
        told = known.post("/sweeps/half/stop").json()
    inbox = Inbox(open_engine(url), "half")
    assert (told["outcome"], inbox.find(told["request"]).kind) == ("pending", Kind.STOP)
    assert state.queue.jobs.find(job.id).state is JobState.CANCELLED
    inbox.done(told["request"], "it was a test")


def test_what_can_be_chosen(known: Known) -> None:
    assert "smoke" in [preset["name"] for preset in known.get("/experiments").json()]
    groups = {group["name"]: group for group in known.get("/config/groups").json()}
    assert groups["model"]["default"] == "minilm"
    assert "tiny" in groups["model"]["options"]
    assert "experiment" not in groups


def test_the_api_is_described_on_a_page(known: Known) -> None:
    page = known.get("/docs")
    assert page.status_code == 200
    assert "POST /api/v1/sweeps/{name}/extend" in page.text
    assert '<script src="http' not in page.text


def test_the_server_never_imports_what_trains() -> None:
    """It is to stay small: see the bench of the pages."""
    large = "{'torch', 'ray', 'mlflow', 'sklearn', 'scipy.stats'}"
    code = f"import sys, dashboards.service.app; print({large} & set(sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "set()\n"
