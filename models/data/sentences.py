"""Natural sentences of a docstring: without code, doctests, parameter tables and markup."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator

WORDS = (6, 60)

_UNDERLINE = re.compile(r"\s*([-=~^\"'*#+.`])\1{2,}\s*")
_KEPT_SECTIONS = ("notes", "description", "summary", "overview")
_BLOCK = re.compile(r"\s+|>>>|\.\. |\.\.\.|:|[-*+•] |\d+[.)] |[|@#+{\[<$%]|`{3}|~~~")
_HEADER = re.compile(r"[A-Z][A-Za-z ]{0,30}:\s*")
_ROLE = re.compile(r":[a-zA-Z:+]+:`~?([^`<]*?)\s*(?:<[^>]*>)?`")
_LINK = re.compile(r"`([^`<]+?)\s*<[^>]+>`__?|\[([^\]]+)\]\([^)]*\)|\[`?([^\]`]+)`?\](?!\()")
_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z\"'(])")
_SENTENCE = re.compile(r"[A-Z].*[.!?]")
_CODE = re.compile(r"[=<>{}\\|@#$^~*\[\]_]{2,}|[={}\\|@$<>^~\[\]]|->|https?:|::|\w\(|\b(e\.g|i\.e|cf|etc)\.$")
_WORD = re.compile(r"[A-Za-z][a-z'-]*[.,;:!?)\"']*")


def sentences(docstring: str) -> Iterator[str]:
    """The sentences of 6 to 60 words that a docstring's running text holds, with markup taken off."""
    for paragraph in _paragraphs(inspect.cleandoc(docstring)):
        text = _LINK.sub(lambda match: next(filter(None, match.groups())), _ROLE.sub(r"\1", paragraph))
        text = re.sub(r"\s+", " ", text.replace("`", "").replace("**", "")).strip()
        yield from (sentence for sentence in _END.split(text) if is_natural(sentence))


def is_natural(sentence: str) -> bool:
    """Whether this reads as a sentence: capital, full stop, enough words, and nearly all of them plain ones."""
    words = sentence.split()
    if not WORDS[0] <= len(words) <= WORDS[1] or not _SENTENCE.fullmatch(sentence) or _CODE.search(sentence):
        return False
    return sum(1 for word in words if _WORD.fullmatch(word.lstrip("(\"'"))) >= 0.8 * len(words)


def _paragraphs(text: str) -> Iterator[str]:
    """Paragraphs of running text; sections such as Parameters, indented blocks, lists and directives are left out."""
    skipping = fenced = False
    for block in re.split(r"\n\s*\n", text):
        fences = block.count("```")
        if fenced or fences:
            fenced ^= fences % 2 == 1
            continue
        lines = block.split("\n")
        for at in range(len(lines) - 1, -1, -1):
            if _UNDERLINE.fullmatch(lines[at]):
                title = lines[at - 1].strip().lower() if at else ""
                skipping = title not in _KEPT_SECTIONS
                lines = lines[at + 1 :]
                break
        if skipping or not lines or any(_BLOCK.match(line) for line in lines) or _HEADER.fullmatch(lines[0]):
            continue
        yield " ".join(lines)
