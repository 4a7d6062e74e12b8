"""What the tokens of a vocabulary spell, so that tokens of two vocabularies can be compared.

WordPiece (BERT) writes the inside of a word as `##ing`, byte-level BPE (GPT-2, RoBERTa) the beginning of one as `Ġto`,
SentencePiece as `▁to`. Here each is (begins a word, bytes).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

Surface = tuple[bool, bytes]
ROLES = ("pad", "cls", "sep", "unk", "mask", "bos", "eos")
# For an old vocabulary without the role: GPT-2 has a beginning and an end, but neither [CLS] nor [SEP].
SISTER_ROLES = {"cls": "bos", "sep": "eos", "bos": "cls", "eos": "sep"}
METASPACE = "▁"


def _byte_of_character() -> dict[str, int]:
    """The bytes that byte-level BPE writes as visible characters, as GPT-2 numbered them (Radford et al. 2019)."""
    visible = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    hidden = [byte for byte in range(256) if byte not in visible]
    return {chr(byte): byte for byte in visible} | {chr(256 + place): byte for place, byte in enumerate(hidden)}


BYTES = _byte_of_character()


class Surfaces:
    """The ordinary tokens of a tokenizer by what they spell.

    Args:
        tokenizer: A transformers tokenizer; a tokenizer without a Rust backend is read as SentencePiece.
    """

    def __init__(self, tokenizer: Any) -> None:
        self._backend: Any = getattr(tokenizer, "backend_tokenizer", None)
        described = json.loads(self._backend.to_str()) if self._backend is not None else {}
        model = described.get("model") or {}
        self._prefix: str | None = None
        if model.get("type") == "WordPiece":
            self._prefix = model.get("continuing_subword_prefix", "##")
        self._bytes = "ByteLevel" in json.dumps([described.get("decoder"), described.get("pre_tokenizer")])
        special = set(tokenizer.all_special_ids)
        self.tokens: dict[int, Surface] = {
            index: self._surface(token) for token, index in tokenizer.get_vocab().items() if index not in special
        }
        # Where two tokens spell the same, the one that was learned first, which is the more frequent one.
        self._ids = {surface: index for index, surface in sorted(self.tokens.items(), reverse=True)}

    def find(self, surface: Surface) -> int | None:
        """Id of the token that spells this; as this tokenizer normalizes it; else in the other place of a word."""
        return next((self._ids[way] for way in self._ways(surface) if way in self._ids), None)

    def _ways(self, surface: Surface) -> Iterator[Surface]:
        begins, spelled = surface
        for text in dict.fromkeys((spelled, self._normal(spelled))):
            # WordPiece never glues punctuation or Chinese characters to what stands before them.
            first = begins or (self._prefix is not None and self._stands_alone(text))
            yield from ((first, text), (not first, text))

    def _normal(self, spelled: bytes) -> bytes:
        normalizer = getattr(self._backend, "normalizer", None)
        try:
            text = spelled.decode()
        except UnicodeDecodeError:  # A part of a character.
            return spelled
        return normalizer.normalize_str(text).strip(f" {METASPACE}").encode() if normalizer and text else spelled

    def _stands_alone(self, spelled: bytes) -> bool:
        text = "a" + spelled.decode(errors="replace")
        if self._backend.normalizer is not None:
            text = self._backend.normalizer.normalize_str(text)
        return self._backend.pre_tokenizer is not None and len(self._backend.pre_tokenizer.pre_tokenize_str(text)) > 1

    def _surface(self, token: str) -> Surface:
        if self._prefix is not None:
            begins = not token.startswith(self._prefix) or token == self._prefix
            return begins, (token if begins else token[len(self._prefix) :]).encode()
        if self._bytes and all(character in BYTES for character in token):
            spelled = bytes(BYTES[character] for character in token)
            return spelled.startswith(b" "), spelled.removeprefix(b" ")
        return token.startswith(METASPACE), token.removeprefix(METASPACE).encode()


def special_ids(old: Any, new: Any) -> dict[int, int]:
    """Old id of each special token of the new tokenizer that has a counterpart of the same role."""
    found: dict[int, int] = {}
    for role in ROLES:
        index = getattr(new, f"{role}_token_id")
        same = getattr(old, f"{role}_token_id")
        if same is None and role in SISTER_ROLES:
            same = getattr(old, f"{SISTER_ROLES[role]}_token_id")
        if index is not None and same is not None:
            found.setdefault(index, same)
    return found


def shared_ids(old: Any, new: Any) -> dict[int, int]:
    """Old id of each new token that the old vocabulary has too; special tokens are compared by role.

    Args:
        old, new: transformers tokenizers.
    """
    known = Surfaces(old)
    found = {index: known.find(surface) for index, surface in Surfaces(new).tokens.items()}
    return {index: same for index, same in found.items() if same is not None} | special_ids(old, new)
