"""A cluster of two nodes on one machine; one of them dies in the middle."""

from collections import Counter
from pathlib import Path

import pytest
from ray.cluster_utils import Cluster

from hpo.ledger import State
from tests.chaos.driving import Sweep, check_agreement, rows, wait_for

pytestmark = pytest.mark.chaos

TRIALS = 16


def test_a_node_dies_and_nothing_is_lost_or_done_twice(tmp_path: Path) -> None:
    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 1, "include_dashboard": False})
    try:
        node = cluster.add_node(num_cpus=1)
        cluster.wait_for_nodes()
        sweep = Sweep(
            tmp_path / "outputs",
            "nodes",
            rows(tmp_path / "rows.jsonl", 160),
            *("cluster=address", f"cluster.address={cluster.address}", f"sweep.trials={TRIALS}"),
            *("train.epochs=12", "scheduler.min_epochs=4", "trial.checkpoint_every_s=1", "sampler=random"),
            env={"RAY_AUTH_MODE": "disabled"},  # as Ray's own cluster for tests is
        )
        process = sweep.start(*sweep.begin)
        wait_for(lambda: len(places(sweep)) == 2 or process.poll() is not None, "trials on both nodes")
        wait_for(lambda: sum(r.state.ended for r in sweep.records()) >= 4 or process.poll() is not None, "a few ends")
        cluster.remove_node(node, allow_graceful=False)
        assert process.wait(timeout=300) == 0, sweep.log.read_text()[-3000:]
    finally:
        cluster.shutdown()
    records = check_agreement(sweep, TRIALS)
    assert {record.state for record in records} <= {State.COMPLETE, State.PRUNED}
    found = places(sweep)
    assert len(found) == 2
    assert min(found.values()) >= 2
    torn = [record for record in records if len(record.attempts) > 1]
    assert torn, "no trial was running on the node that died"
    assert {attempt.end for record in torn for attempt in record.attempts[:-1]} == {"node_lost"}


def places(sweep: Sweep) -> Counter[str]:
    """How many stays there were on each node."""
    return Counter(attempt.node for record in sweep.records() for attempt in record.attempts if attempt.node)
