"""Questions about a text, whose answer is a part of it, as SQuAD has them (Rajpurkar et al. 2016, arXiv:1606.05250)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from datasets import Features, List, Value

from models.data.columns import find_role
from models.data.formats.base import Format, Normalized, Row
from models.data.formats.inputs import keyed_rows
from models.data.splits import Table
from models.data.texts import check_texts, without_empty
from models.errors import InputError, Problem
from models.pretrained.tokenizers import Tokenizers
from models.spec import DataSpec

ROLES = {
    "question": ("question", "query"),
    "context": ("context", "passage", "paragraph", "document"),
    "answers": ("answers", "answer"),
}
OUTSIDE = -1  # Offsets of tokens that are not of the context.
SHARE_OF_OVERLAP = 4  # Of a piece. Half of one always holds context, so that this leaves room.


class Answers(Format):
    """Rows `id`, `question`, `context`, `answers` (texts) and `starts` (characters); no answer: empty lists.

    `about["unanswerable"]`: whether some training row has no answer.
    """

    text_keys: ClassVar[tuple[str, ...]] = ("question", "context")
    free_keys: ClassVar[tuple[str, ...]] = ("question",)
    label_key: ClassVar[str | None] = "answers"
    cuttable: ClassVar[bool] = False

    def normalize(self, spec: DataSpec, tables: Mapping[str, Table]) -> Normalized:
        """Columns by name; each answer must stand in the context where it is said to."""
        problems: list[Problem] = []
        columns = {role: find_role(tables, role, getattr(spec, role), usual, problems) for role, usual in ROLES.items()}
        question, context, answers = columns["question"], columns["context"], columns["answers"]
        if question is None or context is None or answers is None:
            return Normalized({}, problems=problems)
        notes = [f"question: column {question!r}; context: column {context!r}; answers: column {answers!r}"]
        tables = without_empty(spec, tables, [question, context], notes)
        parts: dict[str, list[Row]] = {}
        for split, table in tables.items():
            questions, found = check_texts(table, question, "question")
            problems += found
            contexts, found = check_texts(table, context, "context")
            problems += found
            if problems:
                continue
            ids = table.values("id") if "id" in table.columns else range(table.rows)
            parts[split], found = _rows(table, [str(key) for key in ids], questions, contexts, table.values(answers))
            problems += found
        if problems:
            return Normalized({}, {}, problems, notes)
        return Normalized(parts, {"unanswerable": not all(row["answers"] for row in parts["train"])}, [], notes)

    def features(self, about: Mapping[str, Any]) -> Features:
        """Texts, answers, and where they begin."""
        texts = {key: Value("string") for key in ("id", "question", "context")}
        return Features(texts | {"answers": List(Value("string")), "starts": List(Value("int64"))})

    def token_features(self, tokenizers: Tokenizers, about: Mapping[str, Any]) -> Features:
        """A row a piece of context: tokens, the answer's first and last token, the row it is of, characters."""
        features: dict[str, Any] = {"input_ids": List(Value("int32"))}
        if "token_type_ids" in tokenizers.source.model_input_names:
            features["token_type_ids"] = List(Value("int8"))
        features |= {name: Value("int64") for name in ("start_positions", "end_positions", "row")}
        return Features(features | {name: List(Value("int32")) for name in ("char_starts", "char_ends")})

    def encode(
        self,
        rows: Mapping[str, Sequence[Any]],
        first: int,
        tokenizers: Tokenizers,
        spec: DataSpec,
        about: Mapping[str, Any],
    ) -> dict[str, list[Any]]:
        """A long context becomes several pieces that overlap by `stride` tokens; each row is one of them.

        A piece without the whole answer points to its first token, as Devlin et al. 2018 train it.

        Raises:
            InputError: The tokenizer gives no offsets, or the stride leaves no room.
        """
        tokenizer = tokenizers.source
        if not tokenizer.is_fast:
            rule = "question_answering needs a fast tokenizer, which says where a token stands in the text"
            raise InputError.one("model", f"{rule}; got {type(tokenizer).__name__}")
        encoded = _encode_pieces(tokenizer, rows, spec)
        columns: dict[str, list[Any]] = {name: [] for name in self.token_features(tokenizers, {})}
        for piece, ids in enumerate(encoded["input_ids"]):
            row = encoded["overflow_to_sample_mapping"][piece]
            spans = [
                _without_space(rows["context"][row], *span) if sequence == 1 else (OUTSIDE, OUTSIDE)
                for span, sequence in zip(encoded["offset_mapping"][piece], encoded.sequence_ids(piece), strict=True)
            ]
            columns["input_ids"].append(ids)
            if "token_type_ids" in columns:
                columns["token_type_ids"].append(encoded["token_type_ids"][piece])
            columns["row"].append(first + row)
            columns["char_starts"].append([start for start, _ in spans])
            columns["char_ends"].append([end for _, end in spans])
            if "answers" in rows:
                start, end = _answer_tokens(spans, rows["answers"][row], rows["starts"][row])
                columns["start_positions"].append(start)
                columns["end_positions"].append(end)
        return columns if "answers" in rows else {name: values for name, values in columns.items() if values}

    def input_rows(self, inputs: Sequence[Any]) -> list[Row]:
        """`{"question": …, "context": …}` each."""
        return keyed_rows(inputs, ("question", "context"))


def _encode_pieces(tokenizer: Any, rows: Mapping[str, Sequence[Any]], spec: DataSpec) -> Any:
    room = spec.max_length - tokenizer.num_special_tokens_to_add(pair=True)
    # A question longer than half of the room is cut, so that each piece holds some context.
    questions = tokenizer(
        [text.strip() for text in rows["question"]],
        add_special_tokens=False,
        truncation=True,
        max_length=max(1, room // 2),
        return_offsets_mapping=True,
        verbose=False,
    )
    ends = [spans[-1][1] if spans else 0 for spans in questions["offset_mapping"]]
    longest = max((len(ids) for ids in questions["input_ids"]), default=0)
    stride = room // SHARE_OF_OVERLAP if spec.stride is None else spec.stride
    if stride >= room - longest:
        rule = f"must be below {room - longest}, what data.max_length={spec.max_length} leaves for a piece of context"
        raise InputError.one("data.stride", f"{rule}; got {stride}")
    return tokenizer(
        [text.strip()[:end] for text, end in zip(rows["question"], ends, strict=True)],
        list(rows["context"]),
        truncation="only_second",
        max_length=spec.max_length,
        stride=stride,
        return_overflowing_tokens=True,
        return_offsets_mapping=True,
        return_token_type_ids="token_type_ids" in tokenizer.model_input_names,
        return_attention_mask=False,
        padding=False,
        verbose=False,
    )


def _without_space(context: str, start: int, end: int) -> tuple[int, int]:
    """The characters of a token but the white space around them: many vocabularies write a word with its space."""
    text = context[start:end]
    return end - len(text.lstrip()), start + len(text.rstrip()) if text.strip() else end


def _answer_tokens(spans: Sequence[tuple[int, int]], answers: Sequence[str], starts: Sequence[int]) -> tuple[int, int]:
    """First and last token of the first answer, when this piece holds all of it; else (0, 0)."""
    if not answers:
        return 0, 0
    answer = answers[0]
    begin, end = starts[0] + len(answer) - len(answer.lstrip()), starts[0] + len(answer.rstrip())
    inside = [at for at, (start, stop) in enumerate(spans) if start != OUTSIDE and stop > begin and start < end]
    if not inside or spans[inside[0]][0] > begin or spans[inside[-1]][1] < end:
        return 0, 0
    return inside[0], inside[-1]


def _rows(
    table: Table, ids: list[str], questions: list[str], contexts: list[str], answers: list[Any]
) -> tuple[list[Row], list[Problem]]:
    rows: list[Row] = []
    problems: list[Problem] = []
    for at in range(table.rows):
        texts, starts = _answers(answers[at])
        if texts is None or starts is None or len(texts) != len(starts):
            shape = 'must be {"text": [...], "answer_start": [...]}, as long as each other'
            problems.append(table.row_problem(at, f"answers {shape}; got {answers[at]!r}"))
            continue
        for text, start in zip(texts, starts, strict=True):
            if contexts[at][start : start + len(text)] != text:
                got = contexts[at][start : start + len(text)]
                rule = f"the answer {text!r} must stand at character {start} of the context, where {got!r} stands"
                problems.append(table.row_problem(at, rule))
        row = {"id": ids[at], "question": questions[at], "context": contexts[at]}
        rows.append({**row, "answers": texts, "starts": starts})
    return rows, problems[:10]


def _answers(value: Any) -> tuple[list[str] | None, list[int] | None]:
    if isinstance(value, Mapping):
        texts, starts = value.get("text"), value.get("answer_start", value.get("start"))
        texts = [texts] if isinstance(texts, str) else texts
        starts = [starts] if isinstance(starts, int) else starts
        if texts is not None and starts is not None:
            return [str(text) for text in texts], [int(start) for start in starts]
    if isinstance(value, (list, tuple)) and all(isinstance(item, Mapping) for item in value):
        pairs = [_answers(item) for item in value]
        if all(texts is not None for texts, _ in pairs):
            return [t for texts, _ in pairs for t in texts or ()], [s for _, starts in pairs for s in starts or ()]
    return None, None
