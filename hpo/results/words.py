"""What a sweep found, in a few lines of markdown: for reports, and for what MLflow shows of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hpo.ledger import State
from hpo.results.ranked import MOST, baselines, ranked_rows
from hpo.status import INTERRUPTED
from hpo.terminal.front import nothing_feasible
from hpo.terminal.words import number, params, seconds

__all__ = ["against_baselines", "ended", "headline", "number", "params", "ranking_table", "seconds", "table"]


def headline(summary: Mapping[str, Any]) -> list[str]:
    """The result: the best value with its confidence, then how it stands to what it must be compared with.

    Args:
        summary: As `Look.summary` has it.

    Returns:
        Sentences in markdown, the most important one first.
    """
    best = summary["best"]
    if best is None:
        return [f"**No result**: {nothing_feasible(summary) or 'no trial has a value'}."]
    first = _confirmed(summary)
    if first is None:
        lines = [_unconfirmed(summary, best)]
        value, low, high = best["value"], None, None
    else:
        lines = _confirmed_lines(summary, first)
        value, low, high = first["mean"], first["low"], first["high"]
    number_of_best = best["number"] if first is None else first["trial"]
    lines += _against_start(summary, number_of_best, value, low, high)
    lines += against_baselines(summary, value)
    if len(summary["front"]) > 1:
        aims = " and ".join(aim["name"] for aim in summary["aims"]["metrics"])
        count = len(summary["front"])
        lines.append(f"{count} trials are on the Pareto front of {aims}: the choice among them is yours.")
    return lines


def ended(summary: Mapping[str, Any], state: str = "") -> str:
    """How far the sweep is, and why it ended, in one sentence of markdown.

    Args:
        summary: As `Look.summary` has it.
        state: As `Status.state` has it; empty: as the summary has it, which cannot know that a driver was killed.
    """
    state = state or summary["status"]
    counts = ", ".join(f"{count} {state}" for state, count in summary["counts"].items() if count) or "no trials yet"
    text = f"{state.capitalize()}: {counts} in {seconds(summary['seconds'])}."
    stopped = summary.get("stopped")
    if stopped is not None and state == "finished":
        text += f" It ended because {stopped['reason']}."
    elif state == INTERRUPTED:
        text += f" Its driver is gone without a word; `hpo resume {summary['name']}` goes on with it."
    elif summary["left_because"]:
        text += f" Left: {summary['left_because']}; `hpo resume {summary['name']}` goes on with it."
    return text


def ranking_table(summary: Mapping[str, Any], most: int = MOST) -> str:
    """The best trials with the baselines among them, as a markdown table; empty where nothing has a value.

    Args:
        summary: As `Look.summary` has it.
        most: At most so many trials.
    """
    rows = [
        (
            "" if row.place is None else str(row.place),
            "" if row.trial is None else str(row.trial),
            number(row.value),
            "" if row.epochs is None else f"{row.epochs:g}",
            row.state,
            row.name or f"`{params(row.params)}`",
        )
        for row in ranked_rows(summary, most)
    ]
    return table(("rank", "trial", summary["metric"], "epochs", "state", "configuration"), rows) if rows else ""


def table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A markdown table."""
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join(f"| {' | '.join(_cell(cell) for cell in line)} |" for line in lines)


def _cell(text: str) -> str:
    plain = text if "`" in text else text.replace("<", "&lt;")
    return plain.replace("|", "\\|").replace("\n", " ")


def _confirmed(summary: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The winner's row of the confirmation; None: nothing was confirmed."""
    found = summary.get("confirmation")
    if not found or found["winner"] is None:
        return None
    row: Mapping[str, Any] = found["ranking"][0]
    return row


def _unconfirmed(summary: Mapping[str, Any], best: Mapping[str, Any]) -> str:
    metric = summary["metric"]
    text = f"**{metric} {number(best['value'])}** in one training, of trial {best['number']}"
    if summary["counts"].get(State.COMPLETE.value, 0) == 0:
        text += ", which did not train to its end"
    confirmation = summary.get("confirmation")
    if confirmation and confirmation["ranking"]:
        return f"{text}; every training of it under a fresh seed ended without a result."
    return f"{text}. It was not confirmed under other seeds, so it may owe something to luck."


def _confirmed_lines(summary: Mapping[str, Any], first: Mapping[str, Any]) -> list[str]:
    found, metric = summary["confirmation"], summary["metric"]
    count = len(first["values"])
    between = f"{100 * found['level']:g} % interval {number(first['low'])} to {number(first['high'])}; "
    between = "" if first["low"] is None else between
    under = "one fresh seed" if count == 1 else f"{count} fresh seeds"
    lines = [f"**{metric} {number(first['mean'])}** ({between}mean of trial {first['trial']} under {under})."]
    if first.get("broken"):
        limits = "; ".join(limit for broken in first["broken"].values() for limit in broken)
        lines.append(f"**{len(first['broken'])} of these trainings did not keep the limits**: {limits}.")
    tied = [str(row["trial"]) for row in found["ranking"][1:] if row["tie"]]
    if tied:
        lines.append(f"**A tie** with trial {', '.join(tied)}: so few seeds cannot tell them apart.")
    if first["optimism"] is not None:
        way = "better" if first["optimism"] >= 0 else "worse"
        gap = f"{abs(first['optimism']):.2g} {way}"
        lines.append(f"The search itself had {number(first['searched'])}, {gap} than that.")
    test = found["test"]
    if test is None:
        lines.append(f"Not tested: {found['no_test']}.")
    else:
        looks = "the only look at them" if found["test_looks"] == 1 else f"look {found['test_looks']} at them"
        values = ", ".join(f"{name} {number(value)}" for name, value in test["metrics"].items())
        lines.append(f"On the {test['rows']} test rows ({looks}): {values}.")
    return lines


def _against_start(
    summary: Mapping[str, Any], best: int, value: float, low: float | None, high: float | None
) -> list[str]:
    start = summary["start"]
    if start is None or start["value"] is None:
        return []
    if start["number"] == best:
        return ["The starting configuration is the best that was found."]
    begun = start["value"]
    text = f"The starting configuration had {number(begun)}{_gap(summary, value, begun)}."
    if low is not None and high is not None and low <= begun <= high:
        text = text[:-1] + ", inside the interval: a gain is not shown."
    return [text]


def against_baselines(summary: Mapping[str, Any], value: float) -> list[str]:
    """How a value stands against the best baseline, as a sentence in markdown; none where there is no baseline."""
    found = baselines(summary)
    if not found:
        return []
    best = found[0]
    return [f"The best baseline, {best.name}, had {number(best.value)}{_gap(summary, value, best.value)}."]


def _gap(summary: Mapping[str, Any], value: float, other: float) -> str:
    """By how much the other is behind, or ahead."""
    gain = value - other if summary["direction"] == "maximize" else other - value
    if gain == 0:
        return ", the same"
    return f", {abs(gain):.2g} {'worse' if gain > 0 else '**better than what the sweep found**'}"
