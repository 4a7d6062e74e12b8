from pathlib import Path

from hpo.results import card_markdown
from models.data.care.card import DataCard
from models.data.care.parts_card import PartsCard

CARD = DataCard("text_classification", {"train": 3}, {"train": 2}, {"empty": 1})


def test_the_file_is_taken_where_it_is(tmp_path: Path) -> None:
    (tmp_path / "data_card.md").write_text("# Mine\n", encoding="utf-8")
    assert card_markdown({"data_card": CARD.to_dict(), "sweep_dir": str(tmp_path)}) == "# Mine\n"


def test_without_the_file_the_ledger_says_the_same(tmp_path: Path) -> None:
    about = {"sweep_dir": str(tmp_path)}
    assert card_markdown({**about, "data_card": CARD.to_dict()}) == CARD.to_markdown()
    parts = PartsCard("multi_task", {"one": CARD})
    assert card_markdown({**about, "data_card": parts.to_dict()}) == parts.to_markdown()
    assert card_markdown(about) == ""
