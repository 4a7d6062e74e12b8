"""Values for JSON, and texts for the eye."""

from dataclasses import dataclass

import numpy as np

from models.pictures.plain import CUT, clipped, plain, texts_of


@dataclass(frozen=True)
class Sample:
    value: float
    names: tuple[str, ...]


def test_plain_values() -> None:
    found = plain({"a": Sample(float("nan"), ("x", "y")), 2: [True, None, 7, np.float64(1 / 3), np.inf]})
    assert found == {"a": {"value": None, "names": ["x", "y"]}, "2": [True, None, 7, 0.333333, None]}
    assert isinstance(found["2"][2], int)
    assert found["2"][0] is True


def test_short_texts_stay_and_long_ones_are_cut_where_it_is_said() -> None:
    assert clipped("short") == "short"
    text = "".join(chr(ord("a") + at % 26) for at in range(1000))
    head = clipped(text)
    assert head == text[:300] + CUT
    middle = clipped(text, around=500)
    assert (middle[0], middle[-1], len(middle)) == (CUT, CUT, 302)
    assert text[500] in middle
    assert text[495:505] in middle
    assert clipped(text, around=999) == CUT + text[700:]


def test_only_texts_that_a_row_has() -> None:
    assert texts_of({"text": "a", "label": 1}, ("text", "text_pair")) == {"text": "a"}
