# ruff: noqa: RUF001  # texts of other languages
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.data.care import normalize_text

SIGNS = "aé \t\n\r\x00\x07\x85\u00a0\u3000\u200b\u200c\u200d\ufeff\u2060\u0301中文，Ａ１👩💻क्ष"
TEXTS = st.text() | st.text(st.sampled_from(SIGNS), max_size=20)
HOWS = st.sampled_from(("none", "space", "nfc", "nfkc"))


@given(TEXTS, HOWS, st.booleans())
def test_twice_is_as_once(text: str, how: str, keep_lines: bool) -> None:
    once = normalize_text(text, how, keep_lines=keep_lines)
    assert normalize_text(once, how, keep_lines=keep_lines) == once


@given(TEXTS, HOWS)
def test_only_what_nobody_sees_is_removed(text: str, how: str) -> None:
    if how == "none":
        assert normalize_text(text, how) == text
        return
    found = normalize_text(text, how)
    assert found == found.strip()
    assert not any(unicodedata.category(sign) == "Cc" or sign in "\u200b\u2060\ufeff" for sign in found)
    assert all(not sign.isspace() or sign == " " for sign in found)
    assert "  " not in found
    if how != "space":
        assert unicodedata.is_normalized(how.upper(), found)
    else:
        unseen = "\u200b\u200c\u200d\u2060\ufeff"
        seen = [c for c in text if not c.isspace() and unicodedata.category(c) != "Cc" and c not in unseen]
        assert [c for c in found if c != " " and c not in unseen] == seen


@given(st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF), min_size=1), HOWS)
def test_chinese_stays(text: str, how: str) -> None:
    assert normalize_text(text, how) == text


def test_full_width_forms_change_with_nfkc_only() -> None:
    text = "价格：１００元，ＡＢＣ。"
    assert normalize_text(text, "nfc") == text
    assert normalize_text(text, "nfkc") == "价格:100元,ABC。"


def test_joiners_stay_inside_words_and_emoji() -> None:
    assert normalize_text("👩\u200d💻 نمی\u200cخواهم", "nfkc") == "👩\u200d💻 نمی\u200cخواهم"
    assert normalize_text("\u200da \u200c b\u200c", "space") == "a b"


def test_removed_characters_leave_no_accent_apart() -> None:
    assert normalize_text("cafe\u200b\u0301", "nfc") == "café"


def test_lines_stay_when_asked() -> None:
    text = "\ufeff def f(): \r\n\treturn  1\r\n\r\nend\x00 \n"
    assert normalize_text(text, "space", keep_lines=True) == "def f():\nreturn 1\n\nend"
    assert normalize_text(text, "space") == "def f(): return 1 end"


def test_unknown_form_is_refused() -> None:
    with pytest.raises(ValueError, match="none, space, nfc, nfkc"):
        normalize_text("a", "nfd")
