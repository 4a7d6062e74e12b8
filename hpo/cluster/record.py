"""What is written down of a cluster on this machine, so that any later command finds it again."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import psutil

from hpo.birth import birth_of

RECORD = "cluster.json"
TOKEN = "auth_token"


@dataclass(frozen=True)
class NodeProcess:
    """The process that keeps one Ray node, first of a session of its own.

    Attributes:
        born_at: As `birth_of` has it. With the pid it names one process for good.
        log: File with what it prints.
    """

    pid: int
    born_at: str
    log: str

    @classmethod
    def of(cls, pid: int, log: Path) -> NodeProcess:
        """A process that was just started."""
        return cls(pid, birth_of(pid), str(log))

    def process(self) -> psutil.Process | None:
        """The process, while it lives; None after, also when another one has its pid."""
        try:
            process = psutil.Process(self.pid)
            return process if birth_of(self.pid) == self.born_at else None
        except psutil.NoSuchProcess:
            return None


@dataclass(frozen=True)
class ClusterRecord:
    """A cluster on this machine.

    Attributes:
        folder: `<output_dir>/cluster`: this record, the token and the nodes' logs.
        address: `host:port` of its head.
        temp_dir: Ray's own files and sockets, and the working directory of its processes. A folder made for this
            cluster alone, on local disk, short enough for the name of a socket.
        token: File with the token that a connection must bring; None when the environment names one.
        nodes: The head first.
    """

    folder: str
    address: str
    temp_dir: str
    token: str | None
    nodes: tuple[NodeProcess, ...] = ()

    def with_node(self, node: NodeProcess) -> ClusterRecord:
        """The record with one node more, written down."""
        record = replace(self, nodes=(*self.nodes, node))
        record.write()
        return record

    def write(self) -> None:
        """Write it down; a reader sees the old record or the new one."""
        path = Path(self.folder) / RECORD
        draft = path.with_suffix(".new")
        draft.write_text(json.dumps(asdict(self), indent=2) + "\n", encoding="utf-8")
        draft.replace(path)

    def alive(self) -> list[NodeProcess]:
        """The nodes whose process lives."""
        return [node for node in self.nodes if node.process() is not None]


def cluster_folder(output_dir: Path) -> Path:
    """Where a cluster's record, token and logs are."""
    return output_dir.resolve() / "cluster"


def read_record(output_dir: Path) -> ClusterRecord | None:
    """The cluster that was started for an output folder; None when there is none."""
    path = cluster_folder(output_dir) / RECORD
    if not path.is_file():
        return None
    fields = json.loads(path.read_text(encoding="utf-8"))
    nodes = tuple(NodeProcess(**node) for node in fields.pop("nodes"))
    return ClusterRecord(**fields, nodes=nodes)
