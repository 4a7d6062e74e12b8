"""Translation: a text in one language to the same in another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from models.metrics import METRICS
from models.metrics.translation import translation_scores
from models.spec import DataSpec
from models.tasks.seq2seq import Seq2SeqTask


class Translation(Seq2SeqTask):
    """An encoder-decoder model, judged by chrF and BLEU."""

    name: ClassVar[str] = "translation"

    def metrics(self, data: DataSpec) -> Mapping[str, bool]:
        """chrF and BLEU through sacrebleu, the loss."""
        return METRICS[self.name]

    def scores(self, texts: Sequence[str], references: Sequence[Sequence[str]]) -> dict[str, float]:
        """All but the loss."""
        return translation_scores(texts, references)
