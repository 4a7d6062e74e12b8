"""`ray start`, for a node that only this machine can reach:  python -m hpo.execution.local_node start …

Ray's command replaces 127.0.0.1 by the address of a network interface, and then listens on all interfaces. Here the
address stays what it was. Should Ray's inner name change, the nodes will not find each other, and `hpo cluster up` says
so.
"""

from __future__ import annotations

from ray._private import services
from ray.scripts import scripts


def _as_it_is(host: str) -> str:
    return host


if __name__ == "__main__":
    services.resolve_ip_for_localhost = _as_it_is
    scripts.main()
