"""Baselines of summarization."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_matrix

from models.baselines.contract import BaselineData
from models.baselines.features import training_rows, word_vectors
from models.metrics.characters import sentences
from models.metrics.summarization import summarization_scores


def lead(data: BaselineData) -> dict[str, float]:
    """The first sentence of the text."""
    rows = data.raw.validation
    return summarization_scores([sentences(text)[0] for text in rows["text"]], list(rows["references"]))


def central(data: BaselineData) -> dict[str, float]:
    """The sentence nearest to the middle of all of the text's, by TF-IDF of the training texts (Radev et al. 2004)."""
    rows = data.raw.validation
    vectorizer = word_vectors().fit(training_rows(data.raw.train)["text"])
    cut = [sentences(text) for text in rows["text"]]
    row_s = np.repeat(np.arange(len(cut)), [len(parts) for parts in cut])
    every = [part for parts in cut for part in parts]
    vectors_sf = vectorizer.transform(every)
    member_ns = csr_matrix((np.ones(len(every), dtype=np.float32), (row_s, np.arange(len(every)))))
    # Sentences have unit length, and a row's middle is the same for all of its sentences: no further scaling is needed.
    middle_nf = member_ns @ vectors_sf
    nearness_s = np.asarray(vectors_sf.multiply(middle_nf[row_s]).sum(axis=1)).ravel()
    start_n = np.searchsorted(row_s, np.arange(len(cut)))
    chosen = [parts[nearness_s[start : start + len(parts)].argmax()] for start, parts in zip(start_n, cut, strict=True)]
    return summarization_scores(chosen, list(rows["references"]))
