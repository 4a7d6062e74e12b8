"""What an attacker would try: each attempt is refused with its status, and written down in one line without secrets.

docs/service.md has the same table in words.
"""

import logging
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from dashboards.service.security.entry import Entry
from dashboards.service.security.gate import PROGRAMS
from dashboards.service.security.sessions import COOKIE, CSRF, Sessions
from tests.dashboards.service.conftest import BASE, BEARER, TOKEN

SWEEPS = "/api/v1/sweeps"
STOP = f"{SWEEPS}/made/stop"
SECRET = "very-secret-value"


class Attempt:
    """One request, as httpx has it."""

    def __init__(self, method: str, path: str, status: int, *, session: bool = False, **given: object) -> None:
        self.method, self.path, self.status, self.session, self.given = method, path, status, session, given


def headers(**given: str) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in given.items()}


def dry(*overrides: str) -> dict[str, object]:
    return {"headers": BEARER, "json": {"overrides": list(overrides), "dry_run": True}}


NOBODY = {
    "no token": Attempt("GET", SWEEPS, 401),
    "no token, a page": Attempt("GET", "/", 303),
    "no token, a page, by its link": Attempt("GET", "/sweeps/made", 303, headers=headers(Sec_Fetch_Mode="navigate")),
    "no token, a part of a page": Attempt("GET", "/", 401, headers=headers(HX_Request="true")),
    "no token, a figure": Attempt(
        "GET", "/sweeps/made/figures/history.json", 401, headers=headers(Sec_Fetch_Mode="cors")
    ),
    "no token, the description": Attempt("GET", "/api/v1/openapi.json", 401),
    "no token, metrics": Attempt("GET", "/metrics", 401),
    "no token, an action": Attempt("POST", STOP, 401),
    "another token": Attempt("GET", SWEEPS, 401, headers=headers(Authorization=f"Bearer {SECRET}")),
    "a beginning of the token": Attempt("GET", SWEEPS, 401, headers=headers(Authorization=f"Bearer {TOKEN[:-1]}")),
    "the token as a password": Attempt("GET", SWEEPS, 401, auth=("hpo", TOKEN)),
    "no signs of ASCII": Attempt("GET", SWEEPS, 401, headers={"Authorization": "Bearer é\xff".encode("latin-1")}),
    "an empty token": Attempt("GET", SWEEPS, 401, headers=headers(Authorization="Bearer")),
    "another token in the link": Attempt("GET", f"/?token={SECRET}", 303),
    "a link to the API": Attempt("GET", f"{SWEEPS}?token={TOKEN}", 401),
    "another token in the form": Attempt("POST", "/login", 303, headers=headers(Origin=BASE), data={"token": SECRET}),
    "a made up session": Attempt("GET", SWEEPS, 401, headers=headers(Cookie=f"{COOKIE}=9999999999.x.{'0' * 64}")),
    "a session of another token": Attempt(
        "GET", SWEEPS, 401, headers=headers(Cookie=f"{COOKIE}={Sessions('x').begin()}")
    ),
    "a login by another site": Attempt(
        "POST", "/login", 403, headers=headers(Origin="http://evil.test"), data={"token": TOKEN}
    ),
    "a login by a page without a site": Attempt(
        "POST", "/login", 403, headers=headers(Origin="null"), data={"token": TOKEN}
    ),
    "a login by no site": Attempt("POST", "/login", 403, data={"token": TOKEN}),
}
HOSTS = {
    "another name for this address": Attempt("GET", SWEEPS, 421, headers={**BEARER, "Host": "evil.test"}),
    "a name that begins like ours": Attempt("GET", SWEEPS, 421, headers={**BEARER, "Host": "127.0.0.1.evil.test"}),
    "a name before ours": Attempt("GET", SWEEPS, 421, headers={**BEARER, "Host": "evil.test@127.0.0.1"}),
    "no name": Attempt("GET", SWEEPS, 421, headers={**BEARER, "Host": ""}),
    "another name, for the health alone": Attempt("GET", "/health", 421, headers=headers(Host="evil.test")),
    "a path after ours": Attempt("GET", SWEEPS, 421, headers={**BEARER, "Host": "127.0.0.1:8080/health?"}),
    "the link with another name": Attempt("GET", f"/?token={TOKEN}", 421, headers=headers(Host="evil.test")),
}
OTHER_SITES = {
    "another site's page": Attempt("POST", STOP, 403, session=True, headers=headers(Origin="http://evil.test")),
    "a page without a site": Attempt("POST", STOP, 403, session=True, headers=headers(Origin="null")),
    "another port's page": Attempt("POST", STOP, 403, session=True, headers=headers(Origin="http://127.0.0.1:9999")),
    "a site that is none": Attempt("POST", STOP, 403, session=True, headers=headers(Origin="http://[")),
    "no site at all": Attempt("POST", STOP, 403, session=True),
    "our site without the mark": Attempt("POST", STOP, 403, session=True, headers=headers(Origin=BASE)),
    "our site with a wrong mark": Attempt("POST", STOP, 403, session=True, headers={"Origin": BASE, CSRF: "0" * 64}),
    "another site's page with the token": Attempt("POST", STOP, 403, headers={**BEARER, "Origin": "http://evil.test"}),
    "another site's logout": Attempt("POST", "/logout", 403, session=True, headers=headers(Origin="http://evil.test")),
}
OVERRIDES = {
    "the environment": Attempt("POST", SWEEPS, 422, **dry("train.epochs=${oc.env:HOME}")),
    "the environment, escaped": Attempt("POST", SWEEPS, 422, **dry(r"data.text=$\{oc.env:HOME\}")),
    "the environment, by another way": Attempt("POST", SWEEPS, 422, **dry("data.text='${oc.decode:${oc.env:HOME}}'")),
    "another key": Attempt("POST", SWEEPS, 422, **dry("data.text=${ledger.url}")),
    "an object": Attempt("POST", SWEEPS, 422, **dry("model={_target_: os.system}")),
    "an object inside": Attempt("POST", SWEEPS, 422, **dry("space.train.x={choices: [{_target_: os.system}]}")),
    "Hydra's settings": Attempt("POST", SWEEPS, 422, **dry("hydra.run.dir=/tmp/x")),
    "another folder of options": Attempt("POST", SWEEPS, 422, **dry("hydra.searchpath=[file:///tmp]")),
    "a flag": Attempt("POST", SWEEPS, 422, **dry("--config-dir=/tmp")),
    "an option that is a path": Attempt("POST", SWEEPS, 422, **dry("model=../../../etc/passwd")),
    "a preset that is a path": Attempt(
        "POST", SWEEPS, 422, headers=BEARER, json={"experiment": "../model/tiny", "dry_run": True}
    ),
    "another output": Attempt("POST", SWEEPS, 422, **dry("output_dir=/tmp/x")),
    "another ledger": Attempt("POST", SWEEPS, 422, **dry(f"ledger.url=postgresql://u:{SECRET}@evil.test/x")),
    "another tracking": Attempt("POST", SWEEPS, 422, **dry("tracking.uri=http://evil.test")),
    "another cluster": Attempt("POST", SWEEPS, 422, **dry("cluster.address=evil.test:6379")),
    "a name that is a path": Attempt("POST", SWEEPS, 422, **dry("sweep.name=../../x")),
    "a file outside": Attempt("POST", SWEEPS, 422, **dry("data=csv", "data.train=/etc/passwd")),
    "a file outside, by the way up": Attempt("POST", SWEEPS, 422, **dry("data=csv", "data.train=data/../closed.csv")),
    "a link that leads outside": Attempt("POST", SWEEPS, 422, **dry("data=csv", "data.train={data}/way-out.csv")),
    "the token's file": Attempt("POST", SWEEPS, 422, **dry("data=csv", "data.train={outputs}/service/token")),
    "a server inside": Attempt("POST", SWEEPS, 422, **dry("data=csv", "data.train=http://169.254.169.254/latest")),
    "a folder as model": Attempt("POST", SWEEPS, 422, **dry("model=hub", "model.id=/etc")),
    "a model's own Python": Attempt("POST", SWEEPS, 422, **dry("model=hub", "model.trust_remote_code=true")),
    "a model's own Python, inside": Attempt(
        "POST", SWEEPS, 422, **dry("model=encoder_decoder", "model.encoder={id: a/b, trust_remote_code: true}")
    ),
    "a model's own Python, to be tried": Attempt(
        "POST", SWEEPS, 422, **dry("model=hub", "space.model.trust_remote_code.choices=[true]")
    ),
    "somebody's home": Attempt("POST", SWEEPS, 422, **dry("data.text='~no-such-person/x'")),
    "a name too long for a file": Attempt("POST", SWEEPS, 422, **dry("model=hub", "model.id=" + "x" * 300)),
    "a ledger elsewhere": Attempt("POST", SWEEPS, 422, **dry("warm_start.from=[a@/etc]")),
    "too many": Attempt("POST", SWEEPS, 422, headers=BEARER, json={"overrides": ["train.epochs=1"] * 201}),
    "one too long": Attempt("POST", SWEEPS, 422, **dry("data.text=" + "x" * 3000)),
    "deep ones": Attempt("POST", SWEEPS, 422, **dry("data.labels=" + "[" * 900 + "]" * 900)),
    "several lines": Attempt("POST", SWEEPS, 422, **dry("train.epochs=1\nrefused 200 GET / from nobody")),
}
SIZES = {
    "a body too large": Attempt("POST", SWEEPS, 413, headers=BEARER, content=b"x" * 300_000),
    "a body of no stated size": Attempt("POST", SWEEPS, 413, headers=BEARER, content=(b"x" * 1000 for _ in range(300))),
    "a size that is none": Attempt("POST", SWEEPS, 413, headers={**BEARER, "Content-Length": "-1"}, content=b"{}"),
}
ALL = {**NOBODY, **HOSTS, **OTHER_SITES, **OVERRIDES, **SIZES}


@pytest.fixture
def attacked(stranger: TestClient, monkeypatch: pytest.MonkeyPatch) -> TestClient:
    """With no failed attempts behind it."""
    entry: Entry = stranger.app.state.entry  # type: ignore[attr-defined]
    monkeypatch.setattr(entry, "_throttle", type(entry._throttle)())
    return stranger


@pytest.mark.parametrize("attempt", ALL.values(), ids=ALL.keys())
def test_each_attempt_is_refused_and_written_down(
    attempt: Attempt, attacked: TestClient, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    given = {**attempt.given}
    if attempt.session:
        sessions: Sessions = attacked.app.state.entry.sessions  # type: ignore[attr-defined]
        attacked.cookies.set(COOKIE, sessions.begin())
    if "overrides" in str(given.get("json")):
        where = {"data": str(folder / "data"), "outputs": str(folder / "outputs")}
        texts = [
            text.replace("{data}", where["data"]).replace("{outputs}", where["outputs"])
            for text in given["json"]["overrides"]
        ]  # type: ignore[index]
        given["json"] = {**given["json"], "overrides": texts}  # type: ignore[dict-item]
    with caplog.at_level(logging.WARNING, "hpo.service"):
        answer = attacked.request(attempt.method, attempt.path, **given)  # type: ignore[arg-type]
    assert answer.status_code == attempt.status, answer.text
    if attempt.status == 401 and not attempt.path.startswith(PROGRAMS) and attempt.method == "GET":
        assert answer.headers["hx-redirect"] == "/login"
    if attempt.status == 303:
        assert answer.headers["location"].startswith("/login")
    assert COOKIE not in answer.headers.get("set-cookie", "")
    lines = [record.getMessage() for record in caplog.records if record.name == "hpo.service"]
    assert len(lines) == 1, lines
    assert lines[0].startswith("refused ")
    assert "\n" not in lines[0]
    assert not any(word in line for line in lines for word in (TOKEN, SECRET))
    assert SECRET not in answer.text
    assert "x-content-type-options" in answer.headers


def test_who_guesses_is_told_to_wait_and_who_knows_is_not(attacked: TestClient) -> None:
    wrong = headers(Authorization=f"Bearer {SECRET}")
    assert {attacked.get(SWEEPS, headers=wrong).status_code for _ in range(10)} == {401}
    told = attacked.get(SWEEPS, headers=wrong)
    assert (told.status_code, int(told.headers["retry-after"]) > 0) == (429, True)
    assert attacked.get(f"/?token={SECRET}").headers["location"] == "/login?failed=429"
    assert attacked.get(SWEEPS, headers=BEARER).status_code == 200


def test_the_health_check_and_the_way_in_are_open_and_tell_nothing(attacked: TestClient) -> None:
    assert attacked.get("/health").json() == {"status": "ok"}
    page = attacked.get("/login")
    assert page.status_code == 200
    assert TOKEN not in page.text
    assert page.headers["referrer-policy"] == "same-origin"  # Else the form would be sent by a page without a site.


def test_a_browser_enters_by_the_link_and_acts_with_its_mark(attacked: TestClient) -> None:
    entered = attacked.get(f"/?token={TOKEN}&state=running")
    assert (entered.status_code, entered.headers["location"]) == (303, "/?state=running")
    cookie = entered.headers["set-cookie"].lower()
    assert all(word in cookie for word in ("httponly", "samesite=strict", "path=/"))
    page = attacked.get("/")
    assert page.status_code == 200
    mark = page.text.split('name="csrf" content="')[1].split('"')[0]
    asked = {"Origin": BASE, CSRF: mark}
    assert attacked.post(f"{SWEEPS}/made/stop", headers=asked).status_code == 200
    assert attacked.post("/logout", headers=asked).headers["location"] == "/login"
    assert attacked.get(SWEEPS).status_code == 401


def test_the_link_leads_nowhere_else(attacked: TestClient) -> None:
    led = attacked.get(f"//evil.test/?token={TOKEN}").headers["location"]
    assert not led.startswith(("//", "http"))
