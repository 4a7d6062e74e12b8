"""Put texts into one form: Unicode's normal forms, and no characters that nobody sees."""

from __future__ import annotations

import re
import unicodedata
from typing import Literal, cast

FORMS = {"nfc": "NFC", "nfkc": "NFKC"}
_CONTROL = re.compile("[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f]")  # Those that are white space are treated as such.
_ZERO_WIDTH = re.compile("[\u200b\u2060\ufeff]")
_LOOSE_JOINERS = re.compile("(?<!\\S)[\u200c\u200d]+|[\u200c\u200d]+(?!\\S)")


def normalize_text(text: str, how: str, *, keep_lines: bool = False) -> str:
    """One text in the form that `data.normalize` asks for. Doing it twice changes nothing more.

    Args:
        text: Any text.
        how: `none`: as it is. `space`: control and zero-width characters and byte order marks go; runs of white space,
            tabs and line ends included, become one space; none is left at the ends. The joiners U+200C and U+200D stay
            inside words and emoji, which they shape, and go elsewhere. `nfc`: that, and accents joined with their
            letters (Unicode Standard Annex 15). `nfkc`: that, and characters replaced by their plain equals: full-width
            letters, digits and punctuation become ASCII, as does the ideographic space, and circled digits and
            ligatures come apart. Han characters stay, but for the few
            compatibility ideographs, which either form replaces.
        keep_lines: Each line end becomes a newline and stays; the lines themselves are stripped.

    Raises:
        ValueError: `how` is none of these.
    """
    if how == "none":
        return text
    if how != "space" and how not in FORMS:
        raise ValueError(f"how must be one of none, space, {', '.join(FORMS)}, got {how!r}")
    if not text.isascii():
        # Before the normal form: what is removed may stand between a letter and its accent.
        text = _ZERO_WIDTH.sub("", _CONTROL.sub("", text))
        if how in FORMS:
            text = unicodedata.normalize(cast(Literal["NFC", "NFKC"], FORMS[how]), text)
        text = _LOOSE_JOINERS.sub("", text)
    else:
        text = _CONTROL.sub("", text)
    if keep_lines:
        return "\n".join(" ".join(line.split()) for line in text.splitlines()).strip()
    return " ".join(text.split())
