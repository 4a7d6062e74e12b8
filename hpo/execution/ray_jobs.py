"""Commands of `hpo` as jobs of a Ray cluster, through the REST API of its job server.

Spoken by hand, since Ray's own client imports all of Ray, and a server that only hands out jobs does without.

Source: https://docs.ray.io/en/latest/cluster/running-applications/job-submission/rest.html
"""

from __future__ import annotations

import http.client
import json
import os
import shlex
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from hpo.errors import HpoError
from hpo.execution.code import PASSED_ON

ANSWER_S = 10.0
UNDER_WAY = ("PENDING", "RUNNING")
TOKEN, TOKEN_PATH = "RAY_AUTH_TOKEN", "RAY_AUTH_TOKEN_PATH"


class RayJobs:
    """The jobs of one cluster. Its nodes have this project installed, and see the output folder at the same path."""

    def __init__(self, address: str) -> None:
        """Asks nothing yet.

        Args:
            address: Of the job server, as in `http://head:8265`.
        """
        self._address = address.rstrip("/")

    def submit(self, job: str, arguments: Sequence[str], environment: Mapping[str, str]) -> None:
        """Hand a command of `hpo` to the cluster; nothing where a job of that id is there.

        Args:
            job: Its id, the same whenever the same is meant.
            arguments: Of `hpo`.
            environment: Variables that the command needs. No secrets: Ray shows them.

        Raises:
            HpoError: The cluster does not take it.
        """
        passed = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
        body = {
            "entrypoint": shlex.join(("python", "-m", "hpo", *arguments)),
            "submission_id": job,
            "runtime_env": {"env_vars": passed | dict(environment)},
        }
        try:
            self._ask("/api/jobs/", body)
        except HpoError:
            if self.state(job) is None:
                raise

    def state(self, job: str) -> str | None:
        """The job's state in Ray's words; None: there is no such job.

        Raises:
            HpoError: The cluster does not answer.
        """
        told = self._ask(f"/api/jobs/{urllib.parse.quote(job)}")
        return None if told is None else str(told["status"])

    def said(self, job: str) -> str:
        """What the job has printed."""
        told = self._ask(f"/api/jobs/{urllib.parse.quote(job)}/logs")
        return "" if told is None else str(told.get("logs") or "")

    def _ask(self, path: str, body: Mapping[str, Any] | None = None) -> dict[str, Any] | None:
        """The answer; None: there is nothing there."""
        data = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json", **_authorization()}
        request = urllib.request.Request(f"{self._address}{path}", data, headers)
        try:
            with urllib.request.urlopen(request, timeout=ANSWER_S) as answer:
                found: dict[str, Any] = json.load(answer)
                return found
        except urllib.error.HTTPError as error:
            if error.code == 404 and body is None:
                return None
            raise HpoError(f"the job server at {self._address} said {error.code}: {_reason(error)}") from error
        except (OSError, ValueError, http.client.HTTPException) as error:
            reason = getattr(error, "reason", error)
            raise HpoError(f"no job server answers at {self._address}: {reason}") from error


def _authorization() -> dict[str, str]:
    """The cluster's token, where the environment names one."""
    token = os.environ.get(TOKEN, "")
    if not token and (path := os.environ.get(TOKEN_PATH)):
        token = Path(path).read_text(encoding="ascii").strip()
    return {"Authorization": f"Bearer {token}"} if token else {}


def _reason(error: urllib.error.HTTPError) -> str:
    lines = error.read().decode(errors="replace").strip().splitlines()
    return lines[-1][:300] if lines else error.reason
