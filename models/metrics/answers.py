"""Metrics of answers that are spans of a text: exact match and F1 of words (Rajpurkar et al. 2016, SQuAD).

English is normalized as the official script does: lower case, without ASCII punctuation and articles. Beyond it, a
Chinese or Japanese character is a word, and the punctuation of those scripts goes as well (as in CMRC 2018, Cui et
al. 2019).
"""

from __future__ import annotations

import re
import string
import unicodedata
from collections import Counter
from collections.abc import Sequence

from models.metrics.characters import spaced

_articles = re.compile(r"\b(a|an|the)\b")
_wide_marks = "".join(
    chr(code) for code in (*range(0x3000, 0x3040), *range(0xFF00, 0xFFF0)) if unicodedata.category(chr(code))[0] == "P"
)
_without_marks = str.maketrans("", "", string.punctuation + _wide_marks)


def answer_words(text: str) -> list[str]:
    """The words that count of an answer, in order."""
    return spaced(_articles.sub(" ", text.lower().translate(_without_marks))).split()


def exact_match(predicted: str, answers: Sequence[str]) -> float:
    """1 if the words are those of any of the answers, else 0; no answers: 1 if nothing is predicted."""
    words = answer_words(predicted)
    return float(any(words == answer_words(answer) for answer in answers or [""]))


def answer_f1(predicted: str, answers: Sequence[str]) -> float:
    """The best F1 of words, counted with their repetitions, over the answers; 0 to 1.

    Where the answer or the prediction has no words, it is 1 if both have none, else 0.
    """
    got = answer_words(predicted)
    return max(_word_f1(got, answer_words(answer)) for answer in answers or [""])


def question_answering_scores(predicted: Sequence[str], answers: Sequence[Sequence[str]]) -> dict[str, float]:
    """All metrics of question_answering but the loss: means over the rows, 0 to 1.

    Args:
        predicted: One text a row.
        answers: The right answers of each row, any of which will do.
    """
    pairs = list(zip(predicted, answers, strict=True))
    return {
        "f1": sum(answer_f1(*pair) for pair in pairs) / len(pairs),
        "exact_match": sum(exact_match(*pair) for pair in pairs) / len(pairs),
    }


def _word_f1(got: list[str], wanted: list[str]) -> float:
    if not got or not wanted:
        return float(got == wanted)
    shared = (Counter(got) & Counter(wanted)).total()
    return 2 * shared / (len(got) + len(wanted))
