"""Question answering through the task contract, and answers mapped back to characters over several pieces."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest

from models.data import PreparedData, prepare
from models.errors import InputError
from models.metrics.answers import question_answering_scores
from models.predict import Predictor
from models.pretrained.vocabulary import learn_tokenizer
from models.spec import FileData, TinyModel, TrainSpec
from models.tasks.spans import best_spans
from models.training import train
from tests.contract.task_contract import TaskContract, write_rows
from tests.models.tasks.sentences import QUESTIONS


class TestQuestionAnswering(TaskContract):
    task = "question_answering"
    rows = QUESTIONS
    data: ClassVar = {"stride": 8}
    overfitting: ClassVar = {"epochs": 60, "learning_rate": 1e-2}
    best: ClassVar = {"f1": 0.95, "exact_match": 0.95}

    def inputs(self, rows: Sequence[Mapping[str, Any]]) -> list[Any]:
        return [{"question": row["question"], "context": row["context"]} for row in rows]

    def check_predictions(self, predictor: Predictor, reached: Mapping[str, float]) -> None:
        found = predictor.predict(self.inputs(self.rows))
        wanted = [row["answers"]["text"] for row in self.rows]
        scores = question_answering_scores([one["answer"] for one in found], wanted)
        assert scores == pytest.approx({name: reached[name] for name in scores})
        for one, row in zip(found, self.rows, strict=True):
            assert row["context"][one["start"] : one["end"]] == one["answer"]


ENGLISH = "The bridge over the river was built in 1890 by Maria Lopez. It is painted green every spring by Tom."
CHINESE = "这座桥建于一八九〇年、由王芳设计。每年春天工人们都会把它重新漆成绿色。然后开放给行人。"
# In the middle, at the very beginning, at the very end, and all of a context.
ASKED = [
    (ENGLISH, "Maria Lopez"),
    (ENGLISH, "The bridge"),
    (ENGLISH, "Tom."),
    (CHINESE, "王芳"),
    (CHINESE, "这座桥"),
    (CHINESE, "开放给行人。"),
    ("Tom.", "Tom."),
    (f"  {ENGLISH}\n\n{CHINESE} ", "green"),
]


def asked(context: str, answer: str | None) -> dict[str, Any]:
    """A row as SQuAD has it; None: it has no answer."""
    texts = [] if answer is None else [answer]
    answers = {"text": texts, "answer_start": [context.index(text) for text in texts]}
    return {"question": "which?", "context": context, "answers": answers}


@pytest.fixture(params=["bytes", "words with their space", "wordpiece"])
def pieces(request: pytest.FixtureRequest, tmp_path: Path, cache_dir: str) -> PreparedData:
    """The questions above, cut into pieces of few tokens that overlap."""
    model: Any = TinyModel()
    if request.param == "wordpiece":
        model = request.getfixturevalue("minilm")
    elif request.param == "words with their space":
        model = learn_tokenizer([ENGLISH, ENGLISH], 1000, 512)
    path = write_rows(tmp_path / "rows.jsonl", [asked(*row) for row in ASKED])
    task = {"task": "question_answering", "train": path, "validation": path, "test_fraction": 0.0}
    return prepare(FileData(source="json", max_length=42, stride=18, **task), model, cache_dir)


def test_every_answer_is_found_again_in_some_piece_and_only_there(pieces: PreparedData) -> None:
    assert len(pieces.train) > len(ASKED) + 4
    found: dict[int, int] = dict.fromkeys(range(len(ASKED)), 0)
    for piece in pieces.train:
        context, answer = ASKED[piece["row"]]
        starts, ends = piece["char_starts"], piece["char_ends"]
        first, last = piece["start_positions"], piece["end_positions"]
        seen = [at for at, start in enumerate(starts) if start >= 0]
        held = context[starts[seen[0]] : ends[seen[-1]]]
        if (first, last) == (0, 0):
            assert answer not in held
            continue
        found[piece["row"]] += 1
        assert context[starts[first] : ends[last]] == answer
    assert min(found.values()) >= 1


def test_pieces_leave_no_character_out(pieces: PreparedData) -> None:
    for row, (context, _) in enumerate(ASKED):
        seen = set()
        for piece in pieces.train:
            if piece["row"] == row:
                for start, end in zip(piece["char_starts"], piece["char_ends"], strict=True):
                    seen.update(range(max(start, 0), max(end, 0)))
        assert seen == {at for at, character in enumerate(context) if not character.isspace()}


def test_the_best_span_over_all_pieces_is_the_answer_to_the_character(pieces: PreparedData) -> None:
    tokens = pieces.train[:]
    logits = []
    for at, ids in enumerate(tokens["input_ids"]):
        start_l, end_l = np.zeros(len(ids)), np.zeros(len(ids))
        start_l[tokens["start_positions"][at]] = end_l[tokens["end_positions"][at]] = 9.0
        logits.append((start_l, end_l))
    places = tokens["row"], tokens["char_starts"], tokens["char_ends"]
    for unanswerable in (False, True):
        spans = best_spans(logits, *places, len(ASKED), unanswerable)
        assert [span.of(context) for span, (context, _) in zip(spans, ASKED, strict=True)] == [a for _, a in ASKED]
        assert all(0.5 < span.score <= 1.0 for span in spans)


def test_no_answer_needs_every_piece_to_say_so() -> None:
    sure, unsure = np.array([5.0, 0.0, 0.0]), np.array([-5.0, 2.0, 2.0])
    offsets = [[-1, 0, 4]] * 2, [[-1, 3, 7]] * 2

    def best(first: np.ndarray, second: np.ndarray, unanswerable: bool = True) -> tuple[int, int]:
        (span,) = best_spans([(first, first), (second, second)], [0, 0], *offsets, 1, unanswerable)
        return span.start, span.end

    assert best(sure, sure) == (0, 0)
    assert best(sure, unsure) == best(unsure, sure) == (0, 3)
    assert best(sure, sure, unanswerable=False) == (0, 3)


def test_questions_without_an_answer_are_learned(spec_of: Callable[..., TrainSpec], tmp_path: Path) -> None:
    rows = [asked(row["context"], row["answers"]["text"][0]) for row in QUESTIONS[::4]]
    rows += [asked(f"nobody {row['context']}", None) for row in QUESTIONS[::4]]
    path = write_rows(tmp_path / "rows.jsonl", rows)
    task = {"task": "question_answering", "train": path, "validation": path, "test_fraction": 0.0, "stride": 8}
    spec = spec_of(epochs=40, eval_every_epochs=40, learning_rate=1e-2, batch_size=8)
    model = TinyModel(hidden_size=32, dropout=0.0)
    spec = replace(spec, data=FileData(source="json", max_length=64, **task), model=model)
    result = train(spec, None, tmp_path / "out")
    assert result.best_value >= 0.95
    inputs = [{"question": row["question"], "context": row["context"]} for row in rows]
    found = Predictor.load(str(result.weights)).predict(inputs)
    assert [one["answer"] for one in found] == [*(row["answers"]["text"][0] for row in rows[:8]), *[""] * 8]


def test_a_stride_that_leaves_no_room_is_told(tmp_path: Path, cache_dir: str) -> None:
    path = write_rows(tmp_path / "rows.jsonl", [asked(*row) for row in ASKED])
    data = FileData(
        source="json", task="question_answering", train=path, validation=path, test=path, max_length=32, stride=30
    )
    with pytest.raises(InputError, match=r"data\.stride.*must be below 23, .*got 30"):
        prepare(data, TinyModel(), cache_dir)


def test_an_answer_of_many_bytes_is_no_longer_than_one_of_few() -> None:
    # 20 Chinese characters are 60 tokens where a token is a byte, each with the place of its character.
    starts = [-1, *(at // 3 for at in range(120))]
    ends = [-1, *(at // 3 + 1 for at in range(120))]
    start_l, end_l = np.zeros(121), np.zeros(121)
    start_l[1 + 3 * 5] = end_l[3 * 25] = 9.0
    (span,) = best_spans([(start_l, end_l)], [0], [starts], [ends], 1, False)
    assert (span.start, span.end) == (5, 25)
