"""Summarization: a long text to a short one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from models.metrics import METRICS
from models.metrics.summarization import summarization_scores
from models.spec import DataSpec
from models.tasks.seq2seq import Seq2SeqTask


class Summarization(Seq2SeqTask):
    """An encoder-decoder model, judged by ROUGE."""

    name: ClassVar[str] = "summarization"

    def metrics(self, data: DataSpec) -> Mapping[str, bool]:
        """ROUGE, the loss."""
        return METRICS[self.name]

    def scores(self, texts: Sequence[str], references: Sequence[Sequence[str]]) -> dict[str, float]:
        """All but the loss."""
        return summarization_scores(texts, references)
