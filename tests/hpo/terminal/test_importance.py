from dataclasses import asdict

from rich.console import Console

from hpo.importance import Importance, Part
from hpo.terminal.importance import show_importance


def shown(found: Importance | None) -> list[str]:
    console = Console(width=100, record=True)
    show_importance(console, {} if found is None else {"importance": asdict(found)})
    return [line.rstrip() for line in console.export_text().splitlines() if line.strip()]


def test_shares_are_bars_and_subsets_say_how_many() -> None:
    parts = (
        Part("train.learning_rate", 0.5, 40),
        Part("tuning.rank", 0.1, 15),
        Part("tuning.dropout", None, 3, "not enough trials (3 < 12)"),
    )
    lines = shown(Importance(40, 0.62, parts))
    assert lines[1].split() == ["train.learning_rate", "50%", "█" * 10]
    assert lines[2].split() == ["tuning.rank", "10%", "██", "15"]
    assert "not enough trials (3 < 12)" in lines[3]
    assert "40 trials; a model of them foretells 62%" in lines[4]


def test_why_there_are_none() -> None:
    assert shown(Importance(4, note="not enough trials (4 < 12)")) == ["what mattered: not enough trials (4 < 12)"]
    assert shown(None) == []
