"""Where the slots' seconds went."""

from __future__ import annotations

import plotly.graph_objects as go

from dashboards.figures.select import seconds
from dashboards.figures.stays import idle_s, stays
from dashboards.figures.theme import COLORS, MUTED, figure
from dashboards.figures.timeline import unit_of
from hpo.results import Look, State

KINDS = {
    "train_s": "training",
    "eval_s": "evaluation",
    "load_s": "loading data and model",
    "save_s": "saving",
    "wait_s": "waiting for the driver",
}
OVERHEAD, IDLE = "starting and ending trials", "slots empty"


def spent_s(look: Look) -> dict[str, dict[State | None, float]]:
    """Seconds by what was done and by what became of the trial; of an empty slot there is no trial."""
    found: dict[str, dict[State | None, float]] = {name: {} for name in (*KINDS.values(), OVERHEAD, IDLE)}
    for record in look.records:
        for kind, name in KINDS.items():
            found[name][record.state] = found[name].get(record.state, 0.0) + record.seconds(kind)
    where, there = stays(look), dict[State, float]()
    states = {record.number: record.state for record in look.records}
    for stay in where:
        there[states[stay.trial]] = there.get(states[stay.trial], 0.0) + stay.seconds
    for state, whole in there.items():
        found[OVERHEAD][state] = max(0.0, whole - sum(found[name].get(state, 0.0) for name in KINDS.values()))
    if where:
        slots = max(1 + max(stay.slot for stay in where), look.slots or 1)
        found[IDLE][None] = idle_s(where, slots)
    return {name: parts for name, parts in found.items() if sum(parts.values()) > 0}


def spent(look: Look) -> go.Figure | None:
    """A bar for each thing that was done, in the colours of the trials' states."""
    found = spent_s(look)
    if not found:
        return None
    totals = {name: sum(parts.values()) for name, parts in found.items()}
    whole = sum(totals.values())
    scale, unit = unit_of(max(totals.values()))
    useful = totals.get(KINDS["train_s"], 0.0) / max(1e-9, whole)
    made = figure(
        f"{useful:.0%} of {seconds(whole)} of slot time went into training",
        height=120 + 36 * len(found),
        detail="Time of all slots together, by what became of the trial.",
        barmode="stack",
    )
    for state in (*State, None):
        values = [parts.get(state, 0.0) for parts in found.values()]
        if sum(values):
            made.add_bar(
                x=[round(value / scale, 4) for value in values],
                y=list(found),
                orientation="h",
                name="no trial" if state is None else state.value,
                marker={"color": MUTED if state is None else COLORS[state]},
                customdata=[seconds(value) for value in values],
                hovertemplate="%{y}: %{customdata}<extra>%{fullData.name}</extra>",
            )
    made.update_yaxes(autorange="reversed", showgrid=False)
    made.update_xaxes(title_text=f"{unit} of slots")
    return made
