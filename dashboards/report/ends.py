"""How trials ended: by state and cause, with an example each."""

from __future__ import annotations

from collections import defaultdict

from dashboards.report.blocks import Block, Table, Text
from hpo.results import TRIED_AGAIN, Look, Redactor, TrialRecord
from hpo.results.words import seconds

CLIP = 160  # Characters of a reason.


def ends(look: Look) -> list[Block]:
    """A row for each way in which trials ended, and why the sweep did."""
    groups: dict[tuple[str, str], list[TrialRecord]] = defaultdict(list)
    for record in look.records:
        groups[record.state.value, record.cause.value if record.cause else ""].append(record)
    if not groups:
        return [Text("No trial began.")]
    rows = [
        [state, cause.replace("_", " "), str(len(own)), _spent(own), _numbers(own), _reason(own)]
        for (state, cause), own in sorted(groups.items(), key=lambda group: -len(group[1]))
    ]
    columns = ["state", "cause", "trials", "seconds in them", "which", "for example"]
    found: list[Block] = [Table("Trials by the way they ended", columns, rows, [2, 3])]
    retried = [r for r in look.records if any(attempt.end in TRIED_AGAIN for attempt in r.attempts)]
    if retried:
        found.append(
            Text(f"{len(retried)} trials lost a process on the way and were tried again: {_numbers(retried)}.")
        )
    stopped = look.status.stopped
    if stopped is not None:
        found.append(Text(f"No further trial begins: {stopped.reason} (rule `{stopped.rule}`)."))
    if look.status.left_because:
        found.append(Text(f"The last driver left: {look.status.left_because}."))
    return found


def _spent(records: list[TrialRecord]) -> str:
    return seconds(sum(record.seconds("train_s") + record.seconds("eval_s") for record in records))


def _numbers(records: list[TrialRecord], most: int = 8) -> str:
    shown = ", ".join(str(record.number) for record in records[:most])
    return f"{shown}, …" if len(records) > most else shown


def _reason(records: list[TrialRecord]) -> str:
    """The last line of the first reason that there is: of a traceback it is the error."""
    first = next((record.reason.strip().splitlines()[-1] for record in records if record.reason.strip()), "")
    line = Redactor().text(first)  # Before it is cut: what is left of a secret would not be known as one.
    return line if len(line) <= CLIP else f"{line[: CLIP - 1]}…"
