"""The code by which an exported model is loaded and used, as its README shows it. Run in the folder itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from models.tasks.card import Card
from models.tasks.spans import CANDIDATES, LONGEST_ANSWER

PIPELINES = {
    "text_classification": "text-classification",
    "multi_label_classification": "text-classification",
    "regression": "text-classification",
    "token_classification": "token-classification",
    "language_modeling": "text-generation",
}


def usage(card: Card, *, remote_code: bool, two_tokenizers: bool) -> str:
    """Python code.

    Args:
        card: What the model is for.
        remote_code: Whether it needs the code in its folder.
        two_tokenizers: Whether the generated text has a tokenizer of its own.
    """
    trust = ", trust_remote_code=True" if remote_code else ""
    spec = card.data_spec
    if card.task in ("text_classification", "multi_label_classification", "regression"):
        return _classify(card, trust)
    if card.task == "token_classification":
        return _TAG.format(trust=trust)
    if card.task == "question_answering":
        empty = _NO_ANSWER if card.about.get("unanswerable") else ""
        return _ANSWER.format(
            trust=trust,
            length=spec.max_length,
            stride=spec.stride if spec.stride is not None else "(length - 3) // 4",
            candidates=CANDIDATES,
            longest=LONGEST_ANSWER,
            empty=empty,
        )
    if card.task == "language_modeling":
        return _CONTINUE.format(tokens=spec.max_target_length)
    target = 'AutoTokenizer.from_pretrained("./target_tokenizer")' if two_tokenizers else "tokenizer"
    return _GENERATE.format(target=target, prefix=repr(spec.prefix), length=spec.max_length)


def _classify(card: Card, trust: str) -> str:
    text = '{"text": "one text", "text_pair": "another"}' if card.pair else '"some text"'
    last: Mapping[str, Any] = {
        "text_classification": f"classify({text}, truncation=True, top_k=None)  # every label with its probability",
        "multi_label_classification": f"classify({text}, truncation=True, top_k=None)  # a label is given from 0.5 on",
        "regression": f'classify({text}, truncation=True, top_k=1)[0]["score"]  # the value',
    }
    lines = ["from transformers import pipeline", "", f'classify = pipeline("text-classification", "."{trust})']
    return "\n".join([*lines, last[card.task], ""])


_TAG = """\
from transformers import pipeline

tag = pipeline("token-classification", "."{trust}, ignore_labels=[])
tag("Maria left Rome".split(), is_split_into_words=True)[0]  # a word's tag is that of its first token
"""

_CONTINUE = """\
from transformers import pipeline

write = pipeline("text-generation", ".")
write("The beginning", add_special_tokens=False, return_full_text=False, do_sample=False, max_new_tokens={tokens})
"""

_GENERATE = """\
import torch
from transformers import AutoModelForSeq2SeqLM, AutoTokenizer

tokenizer = AutoTokenizer.from_pretrained(".")
target = {target}
model = AutoModelForSeq2SeqLM.from_pretrained(".").eval()


def generate(texts):
    batch = tokenizer(
        [{prefix} + text for text in texts],
        truncation=True,
        max_length={length},
        padding=True,
        return_token_type_ids=False,
        return_tensors="pt",
    )
    with torch.inference_mode():
        made = model.generate(**batch)  # as generation_config.json says: no sampling
    return [text.strip() for text in target.batch_decode(made, skip_special_tokens=True)]


generate(["some text"])
"""

_ANSWER = """\
import torch
from transformers import AutoModelForQuestionAnswering, AutoTokenizer

tokenizer = AutoTokenizer.from_pretrained(".")
model = AutoModelForQuestionAnswering.from_pretrained("."{trust}).eval()
length = {length}


def answer(question, context):
    pieces = tokenizer(
        question.strip(),
        context,
        truncation="only_second",
        max_length=length,
        stride={stride},
        return_overflowing_tokens=True,
        return_offsets_mapping=True,
        padding=True,
        return_tensors="pt",
    )
    offsets = pieces.pop("offset_mapping").tolist()
    pieces.pop("overflow_to_sample_mapping")
    with torch.inference_mode():
        found = model(**pieces)
    best, nothing = (float("-inf"), 0, 0), float("inf")
    for at, spans in enumerate(offsets):
        start, end = found.start_logits[at].tolist(), found.end_logits[at].tolist()
        nothing = min(nothing, start[0] + end[0])
        inside = [i for i, part in enumerate(pieces.sequence_ids(at)) if part == 1]
        inside = [i for i in inside if context[slice(*spans[i])].strip()]
        firsts = sorted(inside, key=lambda i: -start[i])[:{candidates}]
        lasts = sorted(inside, key=lambda i: -end[i])[:{candidates}]
        for i in firsts:
            for j in lasts:
                text = context[spans[i][0] : spans[j][1]]
                if i <= j and len(text.strip()) <= {longest}:
                    best = max(best, (start[i] + end[j], spans[i][0], spans[j][1]), key=lambda one: one[0])
{empty}    return context[best[1] : best[2]].strip()


answer("Who built it?", "The bridge was built by Maria Lopez in 1890.")
"""

_NO_ANSWER = """\
    if nothing > best[0]:
        return ""
"""
