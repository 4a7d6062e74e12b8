"""Metrics of translations, by sacreBLEU (Post 2018): BLEU (Papineni et al. 2002) and chrF (Popović 2015), 0 to 100."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest

from sacrebleu.metrics.bleu import BLEU
from sacrebleu.metrics.chrf import CHRF

from models.metrics.characters import mostly_cjk


def translation_scores(predicted: Sequence[str], references: Sequence[Sequence[str]]) -> dict[str, float]:
    """All metrics of translation but the loss, over the whole set of rows.

    BLEU's words are those of sacreBLEU's tokenizer `13a`, or of `zh`, which takes Chinese characters one by one, when
    most letters of the references are Chinese or Japanese.

    Args:
        predicted: One text a row.
        references: One or several right translations of each row.
    """
    if len(predicted) != len(references):
        raise ValueError(f"each prediction needs its references, got {len(predicted)} and {len(references)} rows")
    streams = [list(stream) for stream in zip_longest(*references)]
    tokenizer = "zh" if mostly_cjk([text for row in references for text in row]) else "13a"
    # force: no warning for texts that end in " ."; they are what they are.
    bleu = BLEU(tokenize=tokenizer, force=True)
    return {
        "chrf": float(CHRF().corpus_score(predicted, streams).score),
        "bleu": float(bleu.corpus_score(predicted, streams).score),
    }
