"""What the formats with one answer a text, or a pair of texts, have in common."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from models.data.formats.base import Format, Row
from models.data.formats.inputs import text_rows
from models.data.formats.text_tokens import encode_texts
from models.pretrained.tokenizers import Tokenizers
from models.spec import DataSpec


class LabelledTexts(Format):
    """Rows `text`, maybe `text_pair`, and `label`."""

    text_keys: ClassVar[tuple[str, ...]] = ("text", "text_pair")
    free_keys: ClassVar[tuple[str, ...]] = ("text", "text_pair")
    label_key: ClassVar[str | None] = "label"

    def encode(
        self,
        rows: Mapping[str, Sequence[Any]],
        first: int,
        tokenizers: Tokenizers,
        spec: DataSpec,
        about: Mapping[str, Any],
    ) -> dict[str, list[Any]]:
        """A row of tokens each."""
        tokens = encode_texts(rows, tokenizers, spec)
        return tokens | ({"labels": self.answers(rows["label"], about)} if "label" in rows else {})

    def answers(self, labels: Sequence[Any], about: Mapping[str, Any]) -> list[Any]:
        """The labels as the loss reads them."""
        return list(labels)

    def input_rows(self, inputs: Sequence[Any]) -> list[Row]:
        """A text each, or a pair: two texts, or `{"text": …, "text_pair": …}`."""
        return text_rows(inputs)
