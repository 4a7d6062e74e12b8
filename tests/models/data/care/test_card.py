import json
import statistics
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.data.care import DataCard, Finding, Findings, build_card, clean

ROWS = {"train": 100, "validation": 20, "test": 20}


def card(task: str = "text_classification", findings: Findings | None = None, **figures: Any) -> DataCard:
    return build_card(task, findings or Findings(), ROWS, ROWS, **figures)


@given(
    st.lists(st.integers(0, 1000), max_size=5),
    st.lists(st.floats(-1e6, 1e6), max_size=5),
    st.lists(st.integers(1, 512), max_size=9),
    st.none() | st.floats(0, 1),
    st.text(max_size=20),
)
def test_card_goes_through_json(
    counts: list[int], numbers: list[float], lengths: list[int], unknown: float | None, example: str
) -> None:
    made = card(
        findings=Findings(leakage=Finding(3, 2, (example,)), dropped={"leakage": 1}),
        class_names=[f"类{at}" for at in range(len(counts))],
        class_counts=counts,
        numbers=numbers,
        token_lengths={"train": lengths, "test": []},
        unknown_share=unknown,
    )
    assert DataCard.from_dict(json.loads(json.dumps(made.to_dict(), allow_nan=False))) == made
    assert made.to_markdown().startswith("# Data for text_classification\n")
    assert "2 training rows" in made.warnings()[0]


@given(st.lists(st.integers(1, 400), min_size=1, max_size=30))
def test_lengths_are_those_of_the_inputs(lengths: list[int]) -> None:
    found = card(token_lengths={"train": np.array(lengths)}, cut={"train": 1}).lengths["train"]
    assert found.median == statistics.median(lengths)
    assert found.longest == max(lengths)
    assert found.median <= found.p95 <= found.longest
    assert found.cut_share == pytest.approx(1 / len(lengths))


def test_numbers() -> None:
    found = card("regression", numbers=[1.0, 2.0, 6.0]).numbers
    assert found is not None
    assert (found.mean, found.std, found.min, found.max) == pytest.approx((3.0, 14**0.5 / 3**0.5, 1.0, 6.0))


def test_good_data_has_no_warnings() -> None:
    made = card(class_names=["a", "b"], class_counts=[60, 40], token_lengths={"train": [5] * 100}, unknown_share=0.0)
    assert made.warnings() == []
    assert "Warnings" not in made.to_markdown()


@pytest.mark.parametrize(
    ("figures", "said"),
    [
        ({"findings": Findings(leakage=Finding(1, 1, ("x",)))}, ("1 training rows (1.0%)", "data.leakage=drop")),
        ({"findings": Findings(conflicts=Finding(2, 2, ("x",)))}, ("2 training rows", "data.conflicts=drop")),
        ({"findings": Findings(duplicates=Finding(2, 2, ("x",)))}, ("2.0%", "data.duplicates=drop")),
        ({"findings": Findings(validation_in_test=Finding(4, 4, ("x",)))}, ("4 validation rows",)),
        ({"findings": Findings(encoding=Finding(1, 1, ("Ã©",)))}, ("'Ã©'", "UTF-8")),
        ({"unknown_share": 0.2}, ("20.0%", "model.vocabulary=learned")),
        ({"token_lengths": {"train": [9] * 10}, "cut": {"train": 1}}, ("10.0% of the train", "data.max_length")),
        ({"class_names": "ab", "class_counts": [99, 9]}, ("11.0 times", "train.class_weights=balanced")),
        ({"class_names": "ab", "class_counts": [9, 0]}, ("no training row", "'b'", "data.labels")),
    ],
)
def test_each_fault_is_said_with_its_figure_and_its_remedy(figures: dict[str, Any], said: tuple[str, ...]) -> None:
    (line,) = card(**figures).warnings()
    assert all(part in line for part in said)
    assert "\n" not in line


@pytest.mark.parametrize(
    "figures",
    [
        {"findings": Findings(leakage=Finding(5, 0, ("x",)), conflicts=Finding(2, 0), dropped={"leakage": 5})},
        {"findings": Findings(duplicates=Finding(1, 1, ("x",)))},
        {"unknown_share": 0.01},
        {"token_lengths": {"train": [9] * 20}, "cut": {"train": 1}},
        {"class_names": "ab", "class_counts": [100, 10]},
        {"task": "token_classification", "class_names": "OB", "class_counts": [1000, 1]},
    ],
)
def test_small_or_mended_faults_are_not_said(figures: dict[str, Any]) -> None:
    assert card(**figures).warnings() == []


def test_markdown_shows_the_figures() -> None:
    parts = {"train": [{"text": "a | b <b>", "label": 0}] * 2, "validation": [], "test": []}
    cleaned, found = clean(parts, ("text",), "label", duplicates="drop", conflicts="keep", leakage="keep")
    counts = [{split: len(rows) for split, rows in one.items()} for one in (parts, cleaned)]
    made = build_card(
        "text_classification", found, *counts, class_names="ab", class_counts=[7, 2], dropped={"empty": 3}
    )
    text = made.to_markdown()
    assert "| train | 2 | 1 |" in text
    assert "| training rows that repeat an earlier one | 1 | 0 | a \\| b &lt;b> |" in text
    assert "Dropped: 1 (duplicates)." in text
    assert "Dropped: 3 (empty)." in text
    assert "3.5 times" in text
    assert "train.class_weights=balanced" in text
