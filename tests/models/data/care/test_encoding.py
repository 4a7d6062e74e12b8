# ruff: noqa: RUF001  # texts of other languages
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.data.care.encoding import is_suspicious


@pytest.mark.parametrize(
    "text", ["café", "naïve", "中文句子", "日本語です", "Привет мир", "it’s – “so”", "Ελλάδα", "한국어"]
)
@pytest.mark.parametrize("wrong", ["latin-1", "cp1252"])
def test_utf8_read_as_something_else_is_found(text: str, wrong: str) -> None:
    assert not is_suspicious(text)
    assert is_suspicious(text.encode().decode(wrong, errors="replace"))


@pytest.mark.parametrize("text", ["a\ufffdb", "锟斤拷", "ï¿½", "ï»¿id"])
def test_marks_of_lost_characters_are_found(text: str) -> None:
    assert is_suspicious(text)


@pytest.mark.parametrize(
    "text",
    [
        "„Wir gehen ins Café…” sagte er",
        "SÃO PAULO",
        "voilà…”",
        "“MANHÃ”",
        "Ça va ? Très bien !",
        "10 €",
        "5 £",
        "© 2020",
    ],
)
def test_unusual_but_right_texts_are_not(text: str) -> None:
    assert not is_suspicious(text)


@given(st.text(st.characters(max_codepoint=0x7F) | st.characters(min_codepoint=0x4E00, max_codepoint=0x62F6)))
def test_ascii_and_chinese_are_not(text: str) -> None:
    assert not is_suspicious(text)
