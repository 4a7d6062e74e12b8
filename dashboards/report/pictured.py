"""The picture of the best model: what it gets right and wrong, with its worst mistakes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import plotly.graph_objects as go

from dashboards.figures import pictures
from dashboards.figures.select import running
from dashboards.report.blocks import Block, Plot, Table, Text
from hpo.results import Look, read_picture
from hpo.results.words import number

MOST_LABELS = 40  # Rows of the tables by label: the rarest are left out.
OUTCOMES = {
    "exact": "exactly right",
    "overlap": "right in part",
    "wrong": "wrong",
    "missed": "said nothing where there is an answer",
    "invented": "an answer where there is none",
    "rightly_none": "rightly nothing",
}


def pictured(look: Look) -> list[Block]:
    """The picture, or why there is none."""
    found = read_picture(Path(look.about["sweep_dir"]))
    if found is None:
        return [Text(f"There is no picture of the best model: {_why_not(look)}.")]
    model = found["model"]
    which = f"trial {model['trial']}" + (f" as confirmed under seed {model['seed']}" if model["confirmed"] else "")
    rows = f"{found['rows']} of {found['rows_available']}" if found["rows"] < found["rows_available"] else "all"
    rows += f" {found['rows_available'] if rows == 'all' else ''} {found['split']} rows".replace("  ", " ")
    values = ", ".join(f"{name} {number(value)}" for name, value in found["metrics"].items())
    notes = "".join(f"\n- {note}" for note in found["notes"])
    return [Text(f"The model of {which}, on {rows}: {values}.\n{notes}"), *_body(found["kind"], found["body"], found)]


def _why_not(look: Look) -> str:
    if not look.about["config"]["sweep"].get("picture", True):
        return "`sweep.picture=false`"
    if running(look):
        return "it is made when the sweep ends"
    return "no weights were left to look with, or making it failed"


def _body(kind: str, body: Mapping[str, Any], whole: Mapping[str, Any]) -> list[Block]:
    if kind == "parts":
        return [block for part in body["parts"] for block in _part(part)]
    draw = KINDS.get(kind)
    if draw is None:
        return [Text(f"This report does not know the kind of picture `{kind}`.")]
    return [*draw(body, whole), *_worst(body)]


def _part(part: Mapping[str, Any]) -> list[Block]:
    values = ", ".join(f"{name} {number(value)}" for name, value in part["metrics"].items())
    head = Text(f"### {part['name']}\n\n{part['task']}, {part['rows']} rows: {values}.")
    return [head, *_body(part["kind"], part["body"], part)]


def _classes(body: Mapping[str, Any], whole: Mapping[str, Any]) -> list[Block]:
    return [
        *_plots(pictures.confusion(body["confusion"], body["confused"]), pictures.calibration(body["calibration"])),
        *_shares("Each class", "class", body["per_class"]),
        *_pairs(body["confused"]),
    ]


def _label_sets(body: Mapping[str, Any], whole: Mapping[str, Any]) -> list[Block]:
    errors = {f"{part['wrong']} wrong": part["rows"] for part in body["errors"]}
    right = sum(part["rows"] for part in body["errors"] if part["wrong"] == 0)
    finding = f"In {right} of {whole['rows']} rows every label is right"
    return [
        *_plots(pictures.bars(finding, errors, "rows"), pictures.calibration(body["calibration"])),
        *_shares("Each label", "label", body["per_label"]),
    ]


def _numbers(body: Mapping[str, Any], whole: Mapping[str, Any]) -> list[Block]:
    spread = f"Its errors spread with a standard deviation of {number(body['deviation'])}"
    return _plots(
        pictures.true_and_said(body["points"], body["mean_error"]),
        pictures.histogram(spread, body["residuals"], "said minus true"),
    )


def _tags(body: Mapping[str, Any], whole: Mapping[str, Any]) -> list[Block]:
    words = {
        "missed": "missed",
        "invented": "invented",
        "bounds": "right type, wrong bounds",
        "type": "right bounds, wrong type",
    }
    errors = {words.get(name, name): count for name, count in body["errors"].items()}
    most = max(errors, key=lambda name: errors[name], default="")
    return [
        *_plots(
            pictures.bars(f"Of the errors with entities most are: {most}", errors, "entities"),
            pictures.confusion(body["confusion"], body["confused"]),
            pictures.calibration(body["calibration"]),
        ),
        *_shares("Each type", "type", body["per_type"]),
        *_pairs(body["confused"]),
    ]


def _answers(body: Mapping[str, Any], whole: Mapping[str, Any]) -> list[Block]:
    outcomes = {OUTCOMES.get(name, name): count for name, count in body["outcomes"].items()}
    right = body["outcomes"].get("exact", 0) + body["outcomes"].get("rightly_none", 0)
    rows = [[p["answer"], str(p["rows"]), number(p["f1"]), number(p["exact_match"])] for p in body["by_length"]]
    return [
        *_plots(
            pictures.bars(f"{right} of {whole['rows']} answers are exactly right", outcomes, "rows"),
            pictures.calibration(body["calibration"]),
        ),
        Table("By the length of the answer", ["answer", "rows", "f1", "exact match"], rows, [1, 2, 3]),
    ]


def _texts(body: Mapping[str, Any], whole: Mapping[str, Any]) -> list[Block]:
    score, words = body["score"], body["words"]
    finding = f"Half of the outputs have {score} {number(body['median'])} or more"
    rows = [[part["input"], str(part["rows"]), number(part["score"])] for part in body["by_length"]]
    told = f"The references have {number(words['true'])} words on average, the outputs {number(words['said'])}"
    told += f"; {body['empty']} outputs are empty." if body["empty"] else "."
    return [
        *_plots(pictures.histogram(finding, body["histogram"], score)),
        Text(told),
        Table("By the length of the input", ["input", "rows", score], rows, [1, 2]),
    ]


def _blocks(body: Mapping[str, Any], whole: Mapping[str, Any]) -> list[Block]:
    finding = f"Half of the blocks have a loss of {number(body['median_loss'])} nats or less"
    rows = [[f"`{part['token']}`", str(part["count"]), number(part["loss"])] for part in body["hard_tokens"]]
    found: list[Block] = _plots(
        pictures.histogram(finding, body["histogram"], "mean loss of a block, nats"),
        pictures.by_position(body["by_position"]),
    )
    return [*found, Table("The hardest tokens", ["token", "times", "mean loss"], rows, [1, 2], folded=True)]


Draw = Callable[[Mapping[str, Any], Mapping[str, Any]], list[Block]]
KINDS: dict[str, Draw] = {
    "classes": _classes,
    "label_sets": _label_sets,
    "numbers": _numbers,
    "tags": _tags,
    "answers": _answers,
    "texts": _texts,
    "blocks": _blocks,
}


def _plots(*made: go.Figure | None) -> list[Block]:
    return [Plot(one) for one in made if one is not None]


def _shares(caption: str, what: str, shares: Sequence[Mapping[str, Any]]) -> list[Block]:
    shown = sorted(shares, key=lambda share: -share["support"])[:MOST_LABELS]
    rows = [
        [_safe(share["label"]), *(number(share[name]) for name in ("precision", "recall", "f1", "support", "said"))]
        for share in shown
    ]
    if len(shown) < len(shares):
        caption += f": the {len(shown)} most frequent of {len(shares)}"
    return [Table(caption, [what, "precision", "recall", "f1", "are", "said"], rows, [1, 2, 3, 4, 5])] if rows else []


def _pairs(pairs: Sequence[Mapping[str, Any]]) -> list[Block]:
    rows = [[_safe(pair["true"]), _safe(pair["said"]), str(pair["count"])] for pair in pairs]
    return [Table("The most frequent confusions", ["is", "said", "times"], rows, [2], folded=True)] if rows else []


def _worst(body: Mapping[str, Any]) -> list[Block]:
    worst = body["worst"]
    if not worst:
        return [Text("It makes no mistake on these rows.")]
    names = list(worst[0]["inputs"])
    sure = any(mistake["confidence"] is not None for mistake in worst)
    scored = any(mistake["score"] is not None for mistake in worst)
    columns = ["row", *names, "is", "said", *(["confidence"] if sure else []), *(["score"] if scored else [])]
    rows = [
        [
            str(mistake["row"]),
            *(_safe(mistake["inputs"].get(name, "")) for name in names),
            _safe(str(mistake["true"])),
            _safe(str(mistake["said"])),
            *([number(mistake["confidence"])] if sure else []),
            *([number(mistake["score"])] if scored else []),
        ]
        for mistake in worst
    ]
    numeric = [0, *range(len(names) + 3, len(columns))]
    return [Table(f"The worst mistakes ({body['worst_by']})", columns, rows, numeric)]


def _safe(text: str) -> str:
    """A text of the data, none of which is taken for markdown."""
    return " ".join(text.replace("`", "'").replace("**", "* *").split())
