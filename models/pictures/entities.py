"""What becomes of tagged words for the eye: marked texts, and what is wrong with entities."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from models.metrics.characters import joined

Entity = tuple[str, int, int]  # Type, first word, and the word after the last.
BEFORE, SHOWN = 10, 40  # Words before the first wrong one, and words in all, of a row that is shown.
KINDS = ("missed", "invented", "bounds", "type")


def marked(words: Sequence[str], spans: Iterable[Entity], around: int = 0) -> str:
    """A text with marks, `[PER Ada Lovelace] wrote`; of a long one, the words near `around`.

    Args:
        words: Of the whole row.
        spans: What to mark; those that overlap an earlier one are left out.
        around: A word that is to be seen.
    """
    start = max(0, around - BEFORE) if len(words) > SHOWN else 0
    stop = min(len(words), start + SHOWN)
    parts, at = ["…"] if start else [], start
    for name, first, after in sorted(spans, key=lambda span: span[1]):
        if after <= at or first >= stop or first < at:
            continue
        parts += [joined(words[at:first]), f"[{name} {joined(words[first:after])}]"]
        at = after
    parts += [joined(words[at:stop]), "…" if stop < len(words) else ""]
    return " ".join(part for part in parts if part)


def total_errors(rows: Iterable[tuple[set[Entity], set[Entity]]]) -> dict[str, int]:
    """What is wrong with the entities of some rows, by kind.

    `type`: the words are right, the type is not; `bounds`: another entity that was said overlaps the true one;
    `missed`: none does; `invented`: what was said overlaps no true one.

    Args:
        rows: The true entities of each row, and those said.
    """
    found = dict.fromkeys(KINDS, 0)
    for true, said in rows:
        for entity in true - said:
            found[_kind(entity, said)] += 1
        found["invented"] += sum(not any(_overlap(one, entity) for entity in true) for one in said)
    return found


def _kind(missing: Entity, said: set[Entity]) -> str:
    if any(missing[1:] == other[1:] for other in said):
        return "type"
    return "bounds" if any(_overlap(missing, other) for other in said) else "missed"


def _overlap(one: Entity, other: Entity) -> bool:
    return one[1] < other[2] and other[1] < one[2]
