"""Perplexity of language models."""

from __future__ import annotations

import math
import sys


def perplexity(mean_nats: float) -> float:
    """e to the mean negative log-likelihood of a token in nats; infinite where that is too large for a float."""
    return math.exp(mean_nats) if not mean_nats > math.log(sys.float_info.max) else math.inf


def language_modeling_scores(mean_nats: float) -> dict[str, float]:
    """All metrics of language_modeling but the loss, from the mean negative log-likelihood of a token in nats."""
    return {"perplexity": perplexity(mean_nats)}
