# ruff: noqa: RUF001  # texts of other languages
import copy
from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.data.care import Findings, clean

KEEP = {"duplicates": "keep", "conflicts": "keep", "leakage": "keep"}
ACTIONS = st.fixed_dictionaries({name: st.sampled_from(("keep", "drop")) for name in KEEP})
ROWS = st.lists(
    st.fixed_dictionaries(
        {"text": st.sampled_from(("a b", "A  b", "好", " 好", "Ｂ", "c")), "label": st.integers(0, 1)}
    ),
    max_size=8,
)
PARTS = st.fixed_dictionaries({"train": ROWS, "validation": ROWS, "test": ROWS})


def texts(parts: dict[str, list[dict[str, Any]]], split: str = "train") -> list[str]:
    return [row["text"] for row in parts[split]]


def same(text: str) -> str:
    return " ".join(text.casefold().split())


@given(PARTS, ACTIONS)
def test_counts_and_rows_are_those_of_a_plain_comparison(parts: Any, actions: dict[str, str]) -> None:
    before = copy.deepcopy(parts)
    cleaned, found = clean(parts, ("text",), "label", **actions)
    assert parts == before
    assert [cleaned[name] for name in ("validation", "test")] == [parts[name] for name in ("validation", "test")]
    train = parts["train"]
    measured = {same(row["text"]) for name in ("validation", "test") for row in parts[name]}
    bad: dict[str, list[bool]] = {"leakage": [], "conflicts": [], "duplicates": []}
    for at, row in enumerate(train):
        alike = [other for other in train if same(other["text"]) == same(row["text"])]
        bad["leakage"].append(same(row["text"]) in measured)
        bad["conflicts"].append(any(other["label"] != row["label"] for other in alike))
        earlier = [other for other in train[:at] if same(other["text"]) == same(row["text"])]
        bad["duplicates"].append(any(other["label"] == row["label"] for other in earlier))
    dropping = [name for name in bad if actions[name] == "drop"]
    stays = [not any(bad[name][at] for name in dropping) for at in range(len(train))]
    assert cleaned["train"] == [row for row, stay in zip(train, stays, strict=True) if stay]
    assert sum(found.dropped.values()) == len(train) - len(cleaned["train"])
    for name, flags in bad.items():
        finding = getattr(found, name)
        assert finding.count == sum(flags)
        assert finding.left == sum(flag and stay for flag, stay in zip(flags, stays, strict=True))
        assert len(finding.examples) == min(3, finding.count)
    in_test = {same(row["text"]) for row in parts["test"]}
    assert found.validation_in_test.count == sum(same(row["text"]) in in_test for row in parts["validation"])


@given(PARTS)
def test_what_is_dropped_is_gone_the_second_time(parts: Any) -> None:
    drop = dict.fromkeys(KEEP, "drop")
    once, _ = clean(parts, ("text",), "label", **drop)
    twice, found = clean(once, ("text",), "label", **drop)
    assert twice == once
    assert (found.duplicates.count, found.conflicts.count, found.leakage.count) == (0, 0, 0)
    assert Counter(map(same, texts(once))) == Counter(set(map(same, texts(once))))


def test_pairs_are_compared_as_pairs() -> None:
    rows = [{"text": "a", "text_pair": "b", "label": 0}, {"text": "a b", "text_pair": "", "label": 1}]
    _, found = clean({"train": rows}, ("text", "text_pair"), "label", **KEEP)
    assert found.conflicts.count == found.duplicates.count == 0


def test_words_divided_otherwise_are_another_text() -> None:
    rows = [{"tokens": ["New York"], "label": [1]}, {"tokens": ["New", "York"], "label": [1, 2]}]
    _, found = clean({"train": [*rows, rows[1]]}, ("tokens",), "label", **KEEP)
    assert (found.conflicts.count, found.duplicates.count) == (0, 1)
    assert found.duplicates.examples == ("New York",)


def test_a_source_may_have_several_translations() -> None:
    rows = [{"text": "早上好", "target": target, "references": [target]} for target in ("Morning", "Hello", "Morning")]
    cleaned, found = clean({"train": rows}, ("text",), "target", **{**KEEP, "duplicates": "drop", "conflicts": "drop"})
    assert found.conflicts.count == 0
    assert cleaned["train"] == rows[:2]


def test_rows_without_labels_may_repeat_but_not_conflict() -> None:
    rows = [{"text": text} for text in ("今天", "今天", "明天")]
    _, found = clean({"train": rows, "test": rows[2:]}, ("text",), None, **KEEP)
    assert (found.duplicates.count, found.conflicts.count, found.leakage.count) == (1, 0, 1)


def test_lists_of_labels_and_answers_are_compared() -> None:
    rows = [{"question": "q", "context": "c", "answers": answers} for answers in (["x"], ["y"], ["x"])]
    _, found = clean({"train": rows}, ("question", "context"), "answers", **KEEP)
    assert (found.duplicates.count, found.conflicts.count) == (1, 3)


def test_examples_are_short() -> None:
    rows = [{"text": "长" * 200, "label": 0}] * 2
    _, found = clean({"train": rows}, ("text",), "label", **KEEP)
    assert found.duplicates.examples == ("长" * 79 + "…",)


def test_wrong_decoding_is_counted_in_all_splits_and_left_alone() -> None:
    wrong = {"text": "cafÃ©", "label": 0}
    parts = {"train": [wrong, {"text": "café", "label": 0}], "validation": [], "test": [wrong]}
    cleaned, found = clean(parts, ("text",), "label", **{**KEEP, "leakage": "drop"})
    assert (found.encoding.count, found.encoding.left) == (2, 1)
    assert texts(cleaned) == ["café"]
    assert texts(cleaned, "test") == ["cafÃ©"]


def test_findings_go_through_json() -> None:
    parts = {"train": [{"text": "一", "label": 0}] * 3, "test": [{"text": "一", "label": 0}]}
    _, found = clean(parts, ("text",), "label", **{**KEEP, "leakage": "drop"})
    assert found.dropped == {"leakage": 3}
    assert Findings.from_dict(found.to_dict()) == found


def test_unknown_actions_are_refused() -> None:
    with pytest.raises(ValueError, match="leakage must be keep or drop"):
        clean({"train": []}, ("text",), "label", **{**KEEP, "leakage": "remove"})
