"""The data card: what a training's data is like, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from models.data.care.findings import FINDINGS, Findings
from models.data.care.markdown import plain, table

# From where on a figure is worth a warning.
DUPLICATES = 0.01
UNKNOWN = 0.01
CUT = 0.05
IMBALANCE = 10.0
IMBALANCE_TO_MENTION = 3.0
# Where class weights or a macro metric are the answer to rare classes; elsewhere some are rare by nature.
CLASSIFICATION = ("text_classification", "multi_label_classification")
_IN_WORDS = {
    "duplicates": "training rows that repeat an earlier one",
    "conflicts": "training rows of one text with several labels",
    "leakage": "training rows that are also in validation or test",
    "validation_in_test": "validation rows that are also in test",
    "encoding": "rows that seem to be decoded wrongly",
}


@dataclass(frozen=True)
class Lengths:
    """Inputs of one split, in tokens, special tokens included.

    Attributes:
        median: Half of the inputs are not longer.
        p95: 95 % are not longer.
        longest: The longest.
        cut_share: Share of the inputs that were longer than `data.max_length` and were cut, 0 to 1.
    """

    median: float
    p95: float
    longest: int
    cut_share: float = 0.0


@dataclass(frozen=True)
class Numbers:
    """The training rows' numbers, for regression; `std` is that of all of them (divided by their count)."""

    mean: float
    std: float
    min: float
    max: float


@dataclass(frozen=True)
class DataCard:
    """Figures of one data set, as it was read and as it is used.

    Attributes:
        task: Name of the task.
        rows_read: Rows by split, before any was dropped.
        rows_used: Rows by split that are left.
        dropped: Dropped rows by reason.
        findings: Duplicates, conflicts, leakage, encoding.
        classes: Training rows of each class (tokens of each tag), in the classes' order; empty where there are none.
        numbers: For regression.
        lengths: By split; splits without rows have none.
        unknown_share: Share of the training tokens that the vocabulary does not have, 0 to 1; None: not known.
    """

    task: str
    rows_read: dict[str, int]
    rows_used: dict[str, int]
    dropped: dict[str, int] = field(default_factory=dict)
    findings: Findings = field(default_factory=Findings)
    classes: dict[str, int] = field(default_factory=dict)
    numbers: Numbers | None = None
    lengths: dict[str, Lengths] = field(default_factory=dict)
    unknown_share: float | None = None

    @property
    def imbalance(self) -> float | None:
        """Rows of the largest class divided by those of the smallest that has any; None without two classes."""
        counts = [count for count in self.classes.values() if count]
        return max(counts) / min(counts) if len(counts) > 1 else None

    def to_dict(self) -> dict[str, Any]:
        """As JSON has it."""
        return asdict(self) | {"findings": self.findings.to_dict()}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> DataCard:
        """What `to_dict` gave, also after a way through JSON."""
        numbers = values["numbers"]
        made = {
            "findings": Findings.from_dict(values["findings"]),
            "numbers": None if numbers is None else Numbers(**numbers),
            "lengths": {split: Lengths(**figures) for split, figures in values["lengths"].items()},
        }
        return cls(**{**values, **made})

    def to_markdown(self) -> str:
        """For people: warnings first, then the figures."""
        parts = [_warnings(self), _rows(self), _findings(self), _labels(self), _tokens(self)]
        return "\n\n".join([f"# Data for {self.task}", *filter(None, parts)]) + "\n"

    def warnings(self) -> list[str]:
        """What stands in the way of a good model or of an honest figure: one line each, with the remedy."""
        rows = self.rows_used.get("train", 0)
        found, said = self.findings, []
        if found.leakage.left:
            said.append(
                f"{found.leakage.left} training rows ({_percent(found.leakage.left, rows)}) are also in validation "
                "or test, so that scores are too good: data.leakage=drop"
            )
        if found.conflicts.left:
            said.append(
                f"{found.conflicts.left} training rows ({_percent(found.conflicts.left, rows)}) have texts with more "
                "than one label: mend the labels, or data.conflicts=drop"
            )
        if found.duplicates.left > DUPLICATES * rows:
            said.append(
                f"{found.duplicates.left} training rows ({_percent(found.duplicates.left, rows)}) repeat an earlier "
                "one: data.duplicates=drop"
            )
        if found.validation_in_test.count:
            said.append(
                f"{found.validation_in_test.count} validation rows are also in test, so that the test score is not "
                "independent: remove them from one of the two files"
            )
        if self.unknown_share is not None and self.unknown_share > UNKNOWN:
            said.append(
                f"{self.unknown_share:.1%} of the training tokens are unknown to the model: model.vocabulary=learned"
            )
        for split, lengths in self.lengths.items():
            if lengths.cut_share > CUT:
                said.append(
                    f"{lengths.cut_share:.1%} of the {split} inputs are longer than data.max_length and were cut: "
                    "raise data.max_length"
                )
        said += self._class_warnings()
        if found.encoding.left:
            said.append(
                f"{found.encoding.left} rows seem to have been decoded wrongly, as {found.encoding.examples[0]!r}: "
                "save the data as UTF-8"
            )
        return said

    def _class_warnings(self) -> list[str]:
        if self.task not in CLASSIFICATION:
            return []
        absent = [name for name, count in self.classes.items() if not count]
        said = [f"no training row has the label {name!r}: add some, or leave it out of data.labels" for name in absent]
        if self.imbalance is not None and self.imbalance > IMBALANCE:
            said.append(
                f"the largest class has {self.imbalance:.1f} times the training rows of the smallest: "
                "train.class_weights=balanced, or a macro metric"
            )
        return said


def _percent(part: int, whole: int) -> str:
    return f"{part / whole:.1%}" if whole else "all"


def _warnings(card: DataCard) -> str:
    said = card.warnings()
    return "## Warnings\n\n" + "\n".join(f"- {plain(line)}" for line in said) if said else ""


def _rows(card: DataCard) -> str:
    rows = [(split, read, card.rows_used.get(split, 0)) for split, read in card.rows_read.items()]
    reasons = [f"Dropped: {count} ({plain(reason)})." for reason, count in card.dropped.items() if count]
    return "\n\n".join(["## Rows", table(("split", "read", "used"), rows), *reasons])


def _findings(card: DataCard) -> str:
    rows = []
    for name in FINDINGS:
        finding = getattr(card.findings, name)
        rows.append((_IN_WORDS[name], finding.count, finding.left, "; ".join(finding.examples)))
    return "## Checks\n\n" + table(("what", "found", "still used", "examples"), rows)


def _labels(card: DataCard) -> str:
    if card.numbers is not None:
        numbers = card.numbers
        figures = (f"{value:.4g}" for value in (numbers.mean, numbers.std, numbers.min, numbers.max))
        return "## Numbers\n\n" + table(("mean", "std", "min", "max"), [tuple(figures)])
    if not card.classes:
        return ""
    text = "## Classes\n\n" + table(("class", "training rows"), list(card.classes.items()))
    if card.imbalance is None:
        return text
    text += f"\n\nThe largest has {card.imbalance:.1f} times as many as the smallest."
    if card.task in CLASSIFICATION and card.imbalance > IMBALANCE_TO_MENTION:
        text += " Consider train.class_weights=balanced, or a macro metric."
    return text


def _tokens(card: DataCard) -> str:
    rows = [
        (split, f"{found.median:g}", f"{found.p95:g}", found.longest, f"{found.cut_share:.1%}")
        for split, found in card.lengths.items()
    ]
    text = table(("split", "median", "95th percentile", "longest", "cut"), rows) if rows else ""
    if card.unknown_share is not None:
        text = f"{text}\n\nUnknown to the model: {card.unknown_share:.2%} of the training tokens."
    return f"## Tokens\n\n{text.strip()}" if text else ""
