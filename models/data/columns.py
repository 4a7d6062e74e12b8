"""Which column is the text, which the second text, which the label."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from models.data.splits import Table
from models.errors import Problem
from models.spec import DataSpec

TEXTS = ("text", "sentence", "content", "review", "question", "utterance", "query", "document", "body", "comment")
PAIRS = (
    ("text", "text_pair"),
    ("text_a", "text_b"),
    ("text1", "text2"),
    ("sentence1", "sentence2"),
    ("sentence_a", "sentence_b"),
    ("premise", "hypothesis"),
    ("question1", "question2"),
    ("question", "sentence"),
    ("question", "passage"),
)
LABELS = ("label", "labels", "class", "category", "intent", "target", "sentiment", "gold_label")


@dataclass(frozen=True)
class Columns:
    """Names of the columns, as the source spells them."""

    text: str
    text_pair: str | None
    label: str


def find_columns(spec: DataSpec, tables: Mapping[str, Table]) -> tuple[Columns | None, list[Problem]]:
    """The columns that `spec` names, or else those with a usual name, in the training rows.

    Args:
        spec: Its `text`, `text_pair` and `label` decide, where given.
        tables: At least `train`; the others must have the same columns.

    Returns:
        The columns, or None with the problems.
    """
    train = tables["train"]
    problems = [
        Problem(f"data.{role}", f"{train.name} has no column {given!r}", _existing(train))
        for role in ("text", "text_pair", "label")
        if (given := getattr(spec, role)) is not None and given not in train.columns
    ]
    if problems:
        return None, problems
    label = spec.label or _one(train, "label", LABELS, taken=(spec.text, spec.text_pair), problems=problems)
    text, pair = _texts(spec, train, label, problems)
    if problems or text is None or label is None:
        return None, problems
    chosen = [name for name in (text, pair, label) if name is not None]
    if len(set(chosen)) < len(chosen):
        where = "data.text_pair" if text == pair else "data.label"
        return None, [Problem(where, "text, text_pair and label must be different columns", f"got {', '.join(chosen)}")]
    problems = [
        Problem(table.where, f"{table.name} has no column {name!r}, which the training rows have", _existing(table))
        for table in tables.values()
        for name in chosen
        if name not in table.columns
    ]
    return Columns(text, pair, label), problems


def _texts(spec: DataSpec, train: Table, label: str | None, problems: list[Problem]) -> tuple[str | None, str | None]:
    by_name = {_plain(column): column for column in train.columns if column != label}
    pairs = [(by_name[a], by_name[b]) for a, b in PAIRS if a in by_name and b in by_name]
    if spec.text is not None:
        partners = [b for a, b in pairs if a == spec.text]
        return spec.text, spec.text_pair or (partners[0] if len(partners) == 1 else None)
    if spec.text_pair is not None:
        partners = [a for a, b in pairs if b == spec.text_pair]
        if len(partners) == 1:
            return partners[0], spec.text_pair
        return _one(train, "text", TEXTS, taken=(label, spec.text_pair), problems=problems), spec.text_pair
    in_pairs = {column for pair in pairs for column in pair}
    singles = [by_name[name] for name in TEXTS if name in by_name and by_name[name] not in in_pairs]
    if len(pairs) == 1 and not singles:
        return pairs[0]
    if pairs:
        candidates = [*dict.fromkeys(column for pair in pairs for column in pair), *singles]
        problems.append(_ambiguous(train, "text", candidates))
        return None, None
    return _one(train, "text", TEXTS, taken=(label,), problems=problems), None


def _one(
    table: Table, role: str, usual: Sequence[str], taken: Iterable[str | None], problems: list[Problem]
) -> str | None:
    by_name = {_plain(column): column for column in table.columns if column not in set(taken)}
    candidates = [by_name[name] for name in usual if name in by_name]
    if len(candidates) == 1:
        return candidates[0]
    if candidates:
        problems.append(_ambiguous(table, role, candidates))
    else:
        message = f"no column of {table.name} has a usual name of a {role} ({', '.join(usual)})"
        problems.append(Problem(f"data.{role}", message, f"name it; {_existing(table)}"))
    return None


def _ambiguous(table: Table, role: str, candidates: Sequence[str]) -> Problem:
    message = f"{len(candidates)} columns of {table.name} may be the {role}: {', '.join(candidates)}"
    return Problem(f"data.{role}", message, f"name one; {_existing(table)}")


def _existing(table: Table) -> str:
    return f"columns: {', '.join(table.columns)}"


def _plain(column: str) -> str:
    return column.strip().lower().replace(" ", "_").replace("-", "_")


def find_role(
    tables: Mapping[str, Table], role: str, given: str | None, usual: Sequence[str], problems: list[Problem]
) -> str | None:
    """The column of one role: the given one, else the one with a usual name, which every split must have.

    Args:
        tables: At least `train`.
        role: The config key that names it, without `data.`.
        given: What the person named; None: by its usual name.
        usual: Names to look for.
        problems: What is wrong is added to it; then None is returned.
    """
    train = tables["train"]
    if given is not None and given not in train.columns:
        problems.append(Problem(f"data.{role}", f"{train.name} has no column {given!r}", _existing(train)))
        return None
    name = given or _first_usual(train, role, usual, problems)
    missing = [table for table in tables.values() if name is not None and name not in table.columns]
    for table in missing:
        rule = f"{table.name} has no column {name!r}, which the training rows have"
        problems.append(Problem(table.where, rule, _existing(table)))
    return None if missing else name


def _first_usual(table: Table, role: str, usual: Sequence[str], problems: list[Problem]) -> str | None:
    """The first of the usual names that the table has: they stand in the order in which they are meant."""
    by_name = {_plain(column): column for column in table.columns}
    found = next((by_name[name] for name in usual if name in by_name), None)
    if found is None:
        _one(table, role, usual, (), problems)
    return found
