"""A small `picture.json` of each kind."""

from typing import Any

from hpo.results.picture import VERSION

MISTAKE = {"row": 17, "inputs": {"text": "a | b <script>x</script> **c** `d`"}, "true": "cat", "said": "dog"}
WORST = {"worst_by": "the surest first", "worst": [{**MISTAKE, "confidence": 0.97, "score": 0.01}]}
SHARES = [{"label": "cat", "precision": None, "recall": 0.8, "f1": 0.85, "support": 10, "said": 0}]
BIN = {"low": 0.5, "high": 0.6, "count": 40, "confidence": 0.55, "right": 0.52}
CALIBRATION = {"bins": [BIN], "error": 0.03}
CONFUSION = {"labels": ["cat", "dog"], "counts": [[8, 2], [1, 9]], "right": 17}
PAIRS = [{"true": "cat", "said": "dog", "count": 2}]
HISTOGRAM = {"edges": [0.0, 0.5, 1.0], "counts": [3, 4]}

BODIES: dict[str, dict[str, Any]] = {
    "classes": {
        "confusion": CONFUSION,
        "confused": PAIRS,
        "per_class": SHARES,
        "classes": 2,
        "calibration": CALIBRATION,
    },
    "label_sets": {
        "per_label": SHARES,
        "labels": 1,
        "errors": [{"wrong": 0, "rows": 80}, {"wrong": 1, "rows": 20}],
        "calibration": CALIBRATION,
    },
    "numbers": {"points": [[1.0, 1.5], [2.0, 2.0]], "residuals": HISTOGRAM, "mean_error": 0.25, "deviation": 0.3},
    "tags": {
        "scheme": "entities",
        "per_type": SHARES,
        "types": 1,
        "confusion": CONFUSION,
        "confused": PAIRS,
        "errors": {"missed": 3, "invented": 2, "bounds": 1, "type": 0},
        "calibration": CALIBRATION,
    },
    "answers": {
        "outcomes": {"exact": 5, "overlap": 3, "wrong": 2, "missed": 1, "invented": 0, "rightly_none": 2},
        "by_length": [{"answer": "1 word", "rows": 10, "f1": 0.7, "exact_match": 0.5}],
        "calibration": CALIBRATION,
    },
    "texts": {
        "score": "chrf",
        "scale": 100,
        "histogram": HISTOGRAM,
        "mean": 44.0,
        "median": 43.0,
        "by_length": [{"input": "1-20 words", "rows": 3, "score": 44.0}],
        "words": {"true": 12.3, "said": 11.0},
        "empty": 1,
    },
    "blocks": {
        "score": "perplexity",
        "histogram": HISTOGRAM,
        "mean_loss": 3.0,
        "median_loss": 2.9,
        "blocks": 7,
        "by_position": [{"low": 1, "high": 8, "loss": 3.2, "tokens": 900}],
        "hard_tokens": [{"token": " the", "count": 9, "loss": 8.1}],
    },
}


def picture(kind: str) -> dict[str, Any]:
    """The whole file."""
    whole = {
        "version": VERSION,
        "model": {"trial": 7, "confirmed": True, "seed": 1042, "metric": "accuracy", "value": 0.91},
        "task": "some_task",
        "kind": kind,
        "split": "validation",
        "rows": 100,
        "rows_available": 500,
        "seconds": 1.0,
        "metrics": {"accuracy": 0.91},
        "notes": ["a note"],
    }
    if kind != "parts":
        return {**whole, "body": {**BODIES[kind], **WORST}}
    parts = [{**whole, "name": name, "kind": name, "body": {**BODIES[name], **WORST}} for name in BODIES]
    return {**whole, "body": {"parts": parts}}
