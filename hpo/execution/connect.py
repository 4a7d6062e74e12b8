"""Connects to a running Ray cluster, or says soon and clearly why not."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from hpo.cluster import Access
from hpo.errors import HpoError

POLL_S = 0.2


@dataclass(frozen=True)
class Node:
    """A node of a Ray cluster that is alive.

    Attributes:
        name: Host name and address, for messages.
    """

    node_id: str
    name: str
    cpus: int
    gpus: int


def connect(where: Access, runtime_env: dict[str, Any] | None = None) -> None:
    """Connect this process to a cluster; `ray.shutdown()` ends it.

    Raises:
        HpoError: Nobody answers there, or the token is missing or not the cluster's.
    """
    where.check_answers()
    for name, value in where.settings.items():
        os.environ.setdefault(name, value)
    import ray  # noqa: PLC0415  # after its settings are in place
    from ray.exceptions import AuthenticationError  # noqa: PLC0415

    try:
        ray.init(address=where.address, runtime_env=runtime_env, logging_level="ERROR", log_to_driver=False)
    except AuthenticationError as error:
        hint = "name the cluster's token: RAY_AUTH_TOKEN_PATH=FILE, or RAY_AUTH_MODE=disabled for a cluster without"
        raise HpoError(f"cluster.address: {where.address} asks for a token, and none was found ({hint})") from error
    except ConnectionError as error:
        hint = "is it a Ray head, and is RAY_AUTH_TOKEN_PATH its token?"
        raise HpoError(f"cluster.address: no connection to the cluster at {where.address}: {error} ({hint})") from error


@contextmanager
def connected(where: Access) -> Iterator[None]:
    """A connection for the time of a block."""
    connect(where)
    import ray  # noqa: PLC0415

    try:
        yield
    finally:
        ray.shutdown()


def alive_nodes() -> list[Node]:
    """The nodes of the cluster that this process is connected to, the head first."""
    import ray  # noqa: PLC0415

    found = [node for node in ray.nodes() if node["Alive"]]
    found.sort(key=lambda node: ("node:__internal_head__" not in node["Resources"], node["NodeID"]))
    return [
        Node(
            node_id=node["NodeID"],
            name=f"{node['NodeManagerHostname']} ({node['NodeManagerAddress']})",
            cpus=int(node["Resources"].get("CPU", 0)),
            gpus=int(node["Resources"].get("GPU", 0)),
        )
        for node in found
    ]


def wait_for_nodes(count: int, patience_s: float) -> list[Node]:
    """The alive nodes, as soon as there are `count` of them, or when the patience is at its end."""
    deadline = time.monotonic() + patience_s
    while len(nodes := alive_nodes()) < count and time.monotonic() < deadline:
        time.sleep(POLL_S)
    return nodes
