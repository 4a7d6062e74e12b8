"""Predictions as people read them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from hpo.terminal import words

OTHERS = 4  # Labels that are told beside the one that was chosen.
OUTSIDE = "O"


def show_predictions(
    console: Console, inputs: Sequence[Mapping[str, Any]], predictions: Sequence[Mapping[str, Any]]
) -> None:
    """Each input, and under it what the model says."""
    for row, prediction in zip(inputs, predictions, strict=True):
        console.print(Text("  /  ".join(str(value) for value in row.values()), style="dim"), soft_wrap=True)
        for line in _lines(prediction):
            console.print(Padding(line, (0, 0, 0, 2)))


def _lines(prediction: Mapping[str, Any]) -> list[Text]:
    """By the keys that the tasks give: see `predict` of each."""
    if "tags" in prediction:
        return _tagged(prediction)
    if "answer" in prediction:
        where = f"  {words.number(prediction['score'])}, characters {prediction['start']} to {prediction['end']}"
        answer = Text(prediction["answer"], style="bold") if prediction["answer"] else Text("no answer", style="bold")
        return [answer.append(where, style="dim")]
    if "labels" in prediction:
        chosen = prediction["labels"]
        return [Text(", ".join(chosen) or "no label", style="bold"), _scores(prediction["scores"], chosen)]
    if "label" in prediction:
        chosen = Text(prediction["label"], style="bold").append(f"  {words.number(prediction['score'])}", style="none")
        return [chosen, _scores(prediction["scores"], [prediction["label"]])]
    if "value" in prediction:
        return [Text(words.number(prediction["value"]), style="bold")]
    if "text" in prediction:
        lines = [Text(prediction["text"], style="bold")]
        if prediction.get("perplexity") is not None:
            lines.append(Text(f"perplexity of the text given: {words.number(prediction['perplexity'])}", style="dim"))
        return lines
    return [Text(f"{key}: {value}") for key, value in prediction.items()]


def _scores(scores: Mapping[str, float], chosen: Sequence[str]) -> Text:
    """Probabilities of the labels, the chosen ones among them where several may be."""
    left = {label: score for label, score in scores.items() if [label] != list(chosen)}
    ranked = sorted(left.items(), key=lambda pair: -pair[1])
    shown = ", ".join(f"{label} {words.number(score)}" for label, score in ranked[:OTHERS])
    rest = len(ranked) - OTHERS
    return Text(shown + (f", and {rest} more" if rest > 0 else ""), style="dim")


def _tagged(prediction: Mapping[str, Any]) -> list[Text]:
    line = Text()
    for token, tag in zip(prediction["tokens"], prediction["tags"], strict=True):
        line.append(" " if line else "").append(token)
        if tag != OUTSIDE:
            line.append(f" [{tag}]", style="bold")
    return [line]
