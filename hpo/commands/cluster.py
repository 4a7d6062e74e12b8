"""`hpo cluster up | down | status`: a Ray cluster of several processes on this machine, to try things out."""

from __future__ import annotations

import argparse
from pathlib import Path

from rich.console import Console

from hpo.cluster import access, begin_cluster, end_cluster, read_record
from hpo.cluster.up import logs_of
from hpo.errors import HpoError
from hpo.execution.connect import Node, alive_nodes, connected, wait_for_nodes
from hpo.exitcode import ExitCode
from hpo.place import Place, add_output_dir

NODES_PATIENCE_S = 90.0


def run(arguments: list[str], console: Console) -> int:
    """Start, end or show the cluster of an output folder."""
    parser = argparse.ArgumentParser(prog="hpo cluster", description="A Ray cluster of several processes, here.")
    doing = parser.add_subparsers(dest="what", required=True, metavar="up | down | status")
    up = doing.add_parser("up", help="start it")
    up.add_argument("--nodes", type=_positive, default=2, help="nodes in all, the head included (%(default)s)")
    up.add_argument("--cpus-per-node", type=_positive, default=1, help="CPUs that each node offers (%(default)s)")
    up.add_argument("--port", type=_positive, help="port of the head on 127.0.0.1 (a free one)")
    down = doing.add_parser("down", help="end its processes, and nothing else")
    status = doing.add_parser("status", help="what there is of it; exit code 1 when none is up")
    for each in (up, down, status):
        add_output_dir(each)
    given = parser.parse_args(arguments)
    if given.what == "up":
        return _up(console, given.output_dir, given.nodes, given.cpus_per_node, given.port)
    return _down(console, given.output_dir) if given.what == "down" else _status(console, given.output_dir)


def _up(console: Console, output_dir: Path, nodes: int, cpus_per_node: int, port: int | None) -> int:
    record = begin_cluster(output_dir, nodes, cpus_per_node, port)
    try:
        with connected(access(record.address, output_dir)):
            found = wait_for_nodes(nodes, NODES_PATIENCE_S)
        if len(found) < nodes:
            raise HpoError(f"{len(found)} of {nodes} nodes came up:\n{logs_of(record)}")
    except BaseException:
        end_cluster(record)
        raise
    _say(console, f"{nodes} nodes with {cpus_per_node} CPU each at {record.address}; logs: {record.folder}")
    _say(console, f"token: {record.token or 'the one that the environment names'}")
    folder = "" if output_dir == Place.default().output_dir else f" output_dir={output_dir}"
    _say(console, f"next: hpo sweep cluster=address cluster.address={record.address}{folder}")
    return ExitCode.OK


def _down(console: Console, output_dir: Path) -> int:
    record = read_record(output_dir)
    if record is None:
        _say(console, f"no cluster is up for {output_dir}")
        return ExitCode.OK
    _say(console, f"ended: {end_cluster(record)} processes of the cluster at {record.address}")
    return ExitCode.OK


def _status(console: Console, output_dir: Path) -> int:
    record = read_record(output_dir)
    if record is None:
        _say(console, f"no cluster is up for {output_dir}")
        return ExitCode.FAILED
    alive = record.alive()
    _say(console, f"cluster at {record.address}, {len(alive)} of {len(record.nodes)} processes")
    for number, node in enumerate(record.nodes):
        _say(console, f"  {'head' if number == 0 else 'node'}  pid {node.pid}  {_word(node in alive)}  log {node.log}")
    if not record.nodes or record.nodes[0] not in alive:
        _say(console, "its head is gone: hpo cluster down clears up what is left")
        return ExitCode.FAILED
    with connected(access(record.address, output_dir)):
        found = alive_nodes()
    _say(console, f"Ray counts {len(found)} nodes: {', '.join(map(_size, found))}")
    return ExitCode.OK


def _size(node: Node) -> str:
    gpus = f" + {node.gpus} GPU" if node.gpus else ""
    return f"{node.name} {node.cpus} CPU{gpus}"


def _word(alive: bool) -> str:
    return "alive" if alive else "gone"


def _say(console: Console, text: str) -> None:
    console.print(text, highlight=False, markup=False, soft_wrap=True)


def _positive(text: str) -> int:
    if (number := int(text)) < 1:
        raise ValueError
    return number
