"""The server is killed in the middle of a sweep that it started, and started again: the sweep never noticed."""

from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.dashboards.service.serving import Server
from tests.search_alone import SEARCH_ALONE
from tests.waiting import wait_for

pytestmark = pytest.mark.e2e

SPACE = ("space=none", "space.train.learning_rate={low: 1e-4, high: 1e-2, log: true}")
SMALL = ("experiment=smoke", "sweep.trials=4", "train.epochs=3", "slots.count=1", *SEARCH_ALONE, *SPACE)


def standing(server: Server, name: str) -> dict[str, Any]:
    answer = server.get(f"/sweeps/{name}")
    found: dict[str, Any] = answer.json()
    return found if answer.status_code == 200 else {}


def test_a_sweep_outlives_the_server_that_started_it(tmp_path: Path) -> None:
    body = {"overrides": [*SMALL, "sweep.name=lives"]}
    with Server(tmp_path) as server:
        begun = server.post("/sweeps", body, **{"Idempotency-Key": "k1"})
        assert begun.status_code == 202, begun.text
        assert begun.json()["plan"]["trials"] == 4
        wait_for(lambda: server.get("/submissions/1").json()["state"] != "waiting", "the first to be taken")
        later = server.post("/sweeps", {"overrides": [*SMALL, "sweep.name=later"]})
        assert (later.status_code, later.json()["state"], later.json()["position"]) == (202, "waiting", 0)
        first = wait_for(lambda: _with_a_trial(standing(server, "lives")), "a running trial")
        driver = psutil.Process(first["driver"]["pid"])
        server.kill()
        assert driver.is_running()

        server.start()
        again = standing(server, "lives")
        assert (again["state"], again["driver"]) == ("running", first["driver"])
        repeated = server.post("/sweeps", body, **{"Idempotency-Key": "k1"})
        assert (repeated.status_code, repeated.json()["id"]) == (200, begun.json()["id"])
        assert server.post("/sweeps/later/stop").json()["outcome"] == "done"
        assert server.post("/sweeps/lives/resume").status_code == 409
        wait_for(lambda: standing(server, "lives")["state"] == "finished", "the end of the sweep")
        assert standing(server, "lives")["counts"]["failed"] == 0
        wait_for(lambda: server.get("/submissions/1").json()["state"] == "ended", "the end of its process")
        ended = server.get("/submissions/1").json()
        assert (ended["code"], "train it again" in ended["said"]) == (0, True)
        states = [(job["name"], job["state"]) for job in server.get("/submissions").json()["items"]]
        assert states == [("later", "cancelled"), ("lives", "ended")]
        assert server.token not in server.log.read_text().split("\n", 1)[1].replace(f"?token={server.token}", "", 1)


def _with_a_trial(found: dict[str, Any]) -> dict[str, Any]:
    return found if found and found["driver"] and found["counts"].get("running") else {}
