"""Find texts that were decoded with the wrong encoding."""

from __future__ import annotations

import re

# What Latin-1 and Windows-1252 make of the bytes 80 to BF, which are never the first of a character in UTF-8.
_AFTER = (
    "[\u0080-\u00bf\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc"
    "\u2013-\u2026\u2030\u2039\u203a\u20ac\u2122]"
)
_WRONG = re.compile(
    "[\u0080-\u0084\u0086-\u009f]"  # Control characters that no text has: Windows-1252 or UTF-8 read as Latin-1.
    "|\ufffd"  # The mark of bytes that could not be decoded,
    "|\u00ef\u00bf\u00bd|\u951f\u65a4\u62f7"  # and the same mark decoded wrongly again, as Latin-1 or as GBK.
    "|\u00ef\u00bb\u00bf|[\u00e2\u00e3]\u20ac"  # Byte order mark, dashes and quotes, punctuation of East Asia.
    "|[\u00c2\u00c3][\u0080-\u00bf]"  # Letters with accents: each is one pair.
    # Other scripts give runs of pairs or triples. One alone may be a letter before quotation marks: no sign.
    f"|(?:[\u00c2-\u00df]{_AFTER}){{2}}|(?:[\u00e0-\u00ef]{_AFTER}{{2}}){{2}}"
)
_BEGINS = re.compile("[\u0080-\u00ef\u951f\ufffd]")  # The first characters of all of these; much faster to look for.


def is_suspicious(text: str) -> bool:
    """Whether a text shows the traces of a wrong decoding.

    Looked for are the replacement character U+FFFD, and UTF-8 that was read as Latin-1 or Windows-1252 (`Ã©` for `é`).
    """
    return not text.isascii() and _BEGINS.search(text) is not None and _WRONG.search(text) is not None
