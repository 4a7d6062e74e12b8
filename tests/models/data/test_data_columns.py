from __future__ import annotations

from typing import Any

import pytest

from models.data.columns import Columns, find_columns
from models.data.splits import Table
from models.spec import DataSpec


def table(*names: str, split: str = "train") -> Table:
    return Table(split, f"{split}.csv", {name: ["x"] for name in names}, 1)


def spec(**given: Any) -> DataSpec:
    return DataSpec(source="test", **given)


@pytest.mark.parametrize(
    ("names", "given", "expected"),
    [
        (["id", "text", "label"], {}, Columns("text", None, "label")),
        (["Sentence", "Intent"], {}, Columns("Sentence", None, "Intent")),
        (["text_a", "text_b", "class"], {}, Columns("text_a", "text_b", "class")),
        (["idx", "sentence1", "sentence2", "label"], {}, Columns("sentence1", "sentence2", "label")),
        (["premise", "hypothesis", "label"], {}, Columns("premise", "hypothesis", "label")),
        (["question1", "question2", "target"], {}, Columns("question1", "question2", "target")),
        (["question", "sentence", "label"], {}, Columns("question", "sentence", "label")),
        (["premise", "hypothesis", "label"], {"text": "premise"}, Columns("premise", "hypothesis", "label")),
        (["premise", "hypothesis", "label"], {"text_pair": "hypothesis"}, Columns("premise", "hypothesis", "label")),
        (["a", "b", "c"], {"text": "a", "label": "c"}, Columns("a", None, "c")),
        (["a", "b", "c"], {"text": "a", "text_pair": "b", "label": "c"}, Columns("a", "b", "c")),
        (["text", "content", "label"], {"text": "content"}, Columns("content", None, "label")),
        (["text", "sentiment"], {"label": "sentiment"}, Columns("text", None, "sentiment")),
    ],
)
def test_found(names: list[str], given: dict[str, str], expected: Columns) -> None:
    assert find_columns(spec(**given), {"train": table(*names)}) == (expected, [])


@pytest.mark.parametrize(
    ("names", "given", "messages"),
    [
        (
            ["a", "b"],
            {},
            [
                "data.label: no column of train.csv has a usual name of a label (label, labels, class,",
                "data.text: no column of train.csv has a usual name of a text (text, sentence, content,",
            ],
        ),
        (
            ["text", "review", "label", "intent"],
            {},
            [
                "data.label: 2 columns of train.csv may be the label: label, intent "
                "(name one; columns: text, review, label, intent)",
                "data.text: 2 columns of train.csv may be the text: text, review "
                "(name one; columns: text, review, label, intent)",
            ],
        ),
        (
            ["text", "premise", "hypothesis", "label"],
            {},
            ["data.text: 3 columns of train.csv may be the text: premise, hypothesis, text (name one; columns: text,"],
        ),
        (
            ["text", "label"],
            {"text": "txt", "text_pair": "second", "label": "y"},
            [
                "data.text: train.csv has no column 'txt' (columns: text, label)",
                "data.text_pair: train.csv has no column 'second' (columns: text, label)",
                "data.label: train.csv has no column 'y' (columns: text, label)",
            ],
        ),
        (
            ["text", "label"],
            {"text": "text", "label": "text"},
            ["data.label: text, text_pair and label must be different columns (got text, text)"],
        ),
    ],
)
def test_not_found(names: list[str], given: dict[str, str], messages: list[str]) -> None:
    columns, problems = find_columns(spec(**given), {"train": table(*names)})
    assert columns is None
    assert len(problems) == len(messages)
    for problem, message in zip(problems, messages, strict=True):
        assert str(problem).startswith(message)


def test_other_splits_need_the_same_columns() -> None:
    tables = {"train": table("text", "label"), "test": table("sentence", "label", split="test")}
    _, problems = find_columns(spec(), tables)
    assert list(map(str, problems)) == [
        "data.test: test.csv has no column 'text', which the training rows have (columns: sentence, label)"
    ]
