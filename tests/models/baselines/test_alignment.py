import numpy as np
import pytest

from models.baselines.alignment import Lexicon
from models.baselines.base import run_baselines
from tests.models.baselines.rows import data

WORDS = {"das": "the", "haus": "house", "buch": "book", "ein": "a", "rote": "red", "alte": "old", "kleine": "small"}


def test_the_textbook_example() -> None:
    english = [["the", "house"], ["the", "book"], ["a", "book"]]
    lexicon = Lexicon.learn([["das", "haus"], ["das", "buch"], ["ein", "buch"]], english)
    assert lexicon.translate(["ein", "haus", "das", "buch", "neu"]) == ["a", "house", "the", "book", "neu"]


def test_a_lexicon_is_found_in_sentences_of_another_order() -> None:
    random = np.random.default_rng(0)
    sources = [random.choice(list(WORDS), 3, replace=False).tolist() for _ in range(60)]
    targets = [random.permutation([WORDS[word] for word in row]).tolist() for row in sources]
    assert Lexicon.learn(sources, targets).best == WORDS


def test_translation_baselines() -> None:
    random = np.random.default_rng(1)
    drawn = [random.choice(list(WORDS), 5, replace=False).tolist() for _ in range(60)]
    targets = [" ".join(WORDS[word] for word in row) for row in drawn]
    rows = {"text": [" ".join(row) for row in drawn], "target": targets, "references": [[text] for text in targets]}
    copied, frequent, word_by_word = run_baselines("translation", data(rows, rows))
    assert copied.majority
    assert not frequent.majority
    assert copied.metrics["bleu"] < 5
    assert copied.metrics["chrf"] < frequent.metrics["chrf"]
    assert word_by_word.metrics == pytest.approx({"chrf": 100, "bleu": 100})
