from pathlib import Path

from hpo.ledger import Inbox, Kind, ledger_url, open_engine


def test_requests_wait_in_order_until_they_are_done(tmp_path: Path) -> None:
    engine = open_engine(ledger_url(tmp_path))
    inbox, another = Inbox(engine, "sweep"), Inbox(engine, "another")
    first = inbox.ask(Kind.ENQUEUE, {"params": {"train.learning_rate": 1e-4, "tuning.targets": ["q", "v"]}})
    another.ask(Kind.STOP, {})
    second = inbox.ask(Kind.STOP, {})
    assert [(r.id, r.kind) for r in inbox.waiting()] == [(first, Kind.ENQUEUE), (second, Kind.STOP)]
    assert inbox.waiting()[0].payload == {"params": {"train.learning_rate": 1e-4, "tuning.targets": ["q", "v"]}}
    assert inbox.find(first).answer is None
    inbox.done(first, "it is next")
    assert inbox.find(first).answer == "it is next"
    assert [r.id for r in Inbox(open_engine(ledger_url(tmp_path)), "sweep").waiting()] == [second]
