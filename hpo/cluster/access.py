"""How a driver gets at a running Ray cluster: its address, and what Ray reads from the environment."""

from __future__ import annotations

import os
import socket
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from hpo.cluster.record import read_record
from hpo.cluster.token import token_settings
from hpo.errors import HpoError, InputError

ANSWER_S = 5.0
CLIENT = "ray://"
# Ray would rewrite 127.0.0.1 to the address of a network interface, where a cluster of this machine does not listen.
KEEP_LOOPBACK = {"RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0"}
# By default Ray tries twenty times: 20 s for a wrong token, a quarter of an hour where nobody answers.
FAIL_SOON = {"RAY_NUM_REDIS_GET_RETRIES": "1"}


@dataclass(frozen=True)
class Access:
    """What it takes to connect.

    Attributes:
        address: `host:port`, or `auto` where Ray is to find it.
        settings: Environment variables to be set, unless the person set them, before Ray is imported.
    """

    address: str
    settings: dict[str, str] = field(default_factory=dict)

    def check_answers(self) -> None:
        """Ask whether anybody listens at the address, since Ray itself would ask for a long time.

        Raises:
            HpoError: Nobody does.
        """
        host, port = host_and_port(self.address)
        if host is None:
            return
        try:
            socket.create_connection((host, port), ANSWER_S).close()
        except OSError as error:
            reason = error.strerror or str(error)
            raise HpoError(f"cluster.address: no Ray cluster answers at {self.address}: {reason}") from error


def access(address: str, output_dir: Path) -> Access:
    """How to connect to `cluster.address`.

    `auto` and the address of a cluster that `hpo cluster up` started for the same output folder mean that cluster, with
    its token; RAY_ADDRESS comes first. Token authentication is on for every other cluster too, with the token from
    RAY_AUTH_TOKEN, RAY_AUTH_TOKEN_PATH or ~/.ray/auth_token; only RAY_AUTH_MODE=disabled turns it off.

    Raises:
        InputError: The address is one of Ray Client, which cannot carry a driver: see docs/decisions.
    """
    if address.startswith(CLIENT):
        hint = "start the sweep on the head, with cluster.address=auto, or on any node, with cluster.address=HEAD:6379"
        raise InputError.one("cluster.address", f"a driver runs on a node of the cluster, got {address}", hint)
    record = read_record(output_dir)
    if record is not None and record.alive():
        ours = address == record.address or (address == "auto" and not os.environ.get("RAY_ADDRESS"))
        if ours:
            return Access(record.address, token_settings(record.token) | KEEP_LOOPBACK | FAIL_SOON)
    return Access(address, token_settings(None) | FAIL_SOON)


def host_and_port(address: str) -> tuple[str | None, int]:
    """The two parts of `host:port`; None and 0 for an address of another form."""
    parts = urlsplit(f"//{address}")
    try:
        return (parts.hostname, parts.port) if parts.hostname and parts.port else (None, 0)
    except ValueError:  # the port is no number
        return None, 0
