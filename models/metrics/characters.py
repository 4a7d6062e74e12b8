"""Words of texts in any script, and texts of words.

Chinese and Japanese are written without spaces between words, so each of their characters is a token. Korean has
spaces and is treated as the alphabets are.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import regex

# The long vowel mark of kana belongs to no script by itself.
_CJK = r"\p{Han}\p{Hiragana}\p{Katakana}\u30fc"
_cjk = regex.compile(f"[{_CJK}]")
_letter = regex.compile(r"\p{L}")
# Marks are the vowel signs of Indic scripts, among others: part of the word.
_word = regex.compile(rf"[{_CJK}]|[\p{{L}}\p{{M}}\p{{N}}--{_CJK}]+", regex.V1)
_run = rf"[\p{{L}}\p{{M}}\p{{N}}_--{_CJK}]+"
_piece = regex.compile(rf"[{_CJK}]|{_run}(?:['\u2019]{_run})*|\S", regex.V1)
# Wide marks end a sentence wherever they stand; narrow ones before a space, so that 3.5 is one number.
_wide_end = r"[\u3002\uff01\uff1f]+[\u201d\u2019\u300d\u300f\uff09]*"
_sentence = regex.compile(rf".+?(?:[.!?]+[\"'\u201d\u2019)\]]*(?=\s|$)|{_wide_end}|\n+|$)", regex.DOTALL)
_closing = frozenset(".,;:!?%)]}")
_opening = frozenset("([{")
_wide = regex.compile(rf"[{_CJK}\u3000-\u303f\uff00-\uffef]")


def words(text: str) -> list[str]:
    """Lower-cased words without punctuation; a Chinese or Japanese character is a word."""
    found: list[str] = _word.findall(text.lower())
    return found


def pieces(text: str) -> list[str]:
    """Words as they are written, and each punctuation mark by itself; a Chinese or Japanese character is a word."""
    found: list[str] = _piece.findall(text)
    return found


def joined(parts: Iterable[str]) -> str:
    """A text of pieces: spaces between words, none at wide characters nor before closing marks."""
    text = ""
    for part in parts:
        bare = not text or part in _closing or text[-1] in _opening or _wide.match(part) or _wide.match(text[-1])
        text += part if bare else f" {part}"
    return text


def spaced(text: str) -> str:
    """The text with a space at each side of a Chinese or Japanese character."""
    apart: str = _cjk.sub(r" \g<0> ", text)
    return apart


def mostly_cjk(texts: Sequence[str]) -> bool:
    """Whether more than half of the letters of all texts are Chinese or Japanese."""
    cjk = letters = 0
    for text in texts:
        cjk += len(_cjk.findall(text))
        letters += len(_letter.findall(text))
    return 2 * cjk > letters


def sentences(text: str) -> list[str]:
    """The text cut after full stops, question and exclamation marks, and at line ends; itself if there are none."""
    found = [part.strip() for part in _sentence.findall(text)]
    return [part for part in found if part] or [text]
