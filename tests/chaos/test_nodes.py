"""Nodes of a cluster come and go in the middle of a sweep; its head dies."""

from collections import Counter
from pathlib import Path

import pytest
from ray.cluster_utils import Cluster

from hpo.ledger import State
from tests.chaos.driving import Sweep, check_agreement, rows
from tests.waiting import wait_for

pytestmark = pytest.mark.chaos

TRIALS = 8


def test_a_node_comes_and_dies_and_nothing_is_lost_or_done_twice(tmp_path: Path) -> None:
    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 1, "include_dashboard": False})
    try:
        sweep = Sweep(
            tmp_path / "outputs",
            "nodes",
            rows(tmp_path / "rows.jsonl", 160),
            *("cluster=address", f"cluster.address={cluster.address}", f"sweep.trials={TRIALS}"),
            # A trial that waits for a process of the new node goes into the old one where that is free earlier: so
            # trainings that last longer than a process takes to start, all of them to their end.
            *("train.epochs=150", "scheduler=fifo", "trial.checkpoint_every_s=1", "sampler=random"),
            env={"RAY_AUTH_MODE": "disabled"},  # as Ray's own cluster for tests is
        )
        process = sweep.start(*sweep.begin)
        wait_for(lambda: places(sweep) or process.poll() is not None, "a trial on the first node")
        first = next(iter(places(sweep)))
        node = cluster.add_node(num_cpus=1)
        wait_for(lambda: training_off(sweep, first, 1) or process.poll() is not None, "a second trial on the new node")
        cluster.remove_node(node, allow_graceful=False)
        assert process.wait(timeout=300) == 0, sweep.log.read_text()[-3000:]
    finally:
        cluster.shutdown()
    records = check_agreement(sweep, TRIALS)
    assert {record.state for record in records} == {State.COMPLETE}
    found = places(sweep)
    assert len(found) == 2
    assert min(found.values()) >= 2
    torn = [record for record in records if len(record.attempts) > 1]
    assert torn, "no trial was running on the node that died"
    assert {attempt.end for record in torn for attempt in record.attempts[:-1]} == {"node_lost"}


def training_off(sweep: Sweep, node: str, ended: int) -> bool:
    """Whether a trial is in the middle of its training on another node, where at least so many have ended."""
    there = [record for record in sweep.records() if record.attempts and record.attempts[-1].node not in ("", node)]
    training = any(record.state is State.RUNNING and record.evaluations for record in there)
    return training and sum(record.state.ended for record in there) >= ended


def places(sweep: Sweep) -> Counter[str]:
    """How many stays there were on each node."""
    return Counter(attempt.node for record in sweep.records() for attempt in record.attempts if attempt.node)


@pytest.mark.slow
def test_the_head_dies_and_the_sweep_goes_on_on_another_cluster(tmp_path: Path) -> None:
    env = {"RAY_AUTH_MODE": "disabled"}
    first = Cluster(initialize_head=True, head_node_args={"num_cpus": 2, "include_dashboard": False})
    try:
        sweep = Sweep(
            tmp_path / "outputs",
            "head",
            rows(tmp_path / "rows.jsonl", 160),
            *("cluster=address", f"cluster.address={first.address}", "sweep.trials=4", "train.epochs=60"),
            *("scheduler=fifo", "trial.checkpoint_every_s=1", "sampler=random"),
            env=env,
        )
        process = sweep.start(*sweep.begin)
        wait_for(lambda: any(r.evaluations for r in sweep.records()) or process.poll() is not None, "an evaluation")
        first.head_node.kill_gcs_server(check_alive=False)
        assert process.wait(timeout=120) == 1, sweep.log.read_text()[-3000:]
        assert "the head of the Ray cluster is gone" in sweep.log.read_text()
    finally:
        first.shutdown()
    second = Cluster(initialize_head=True, head_node_args={"num_cpus": 2, "include_dashboard": False})
    try:
        done = sweep.run("resume", "head", f"cluster.address={second.address}")
        assert done.returncode == 0, done.stdout + done.stderr
    finally:
        second.shutdown()
    assert {record.state for record in check_agreement(sweep, 4)} == {State.COMPLETE}
