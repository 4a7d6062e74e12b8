"""Which hyperparameters mattered."""

from __future__ import annotations

import plotly.graph_objects as go

from dashboards.figures.theme import COLORS, figure
from hpo.results import Look, State, short_names


def importance(look: Look) -> go.Figure | None:
    """The share of the variance between trials that each hyperparameter explains alone, as bars."""
    found = look.summary["importance"]
    known = [(part["name"], part["share"]) for part in found["parts"] if part["share"] is not None]
    if not known:
        return None
    short = short_names([name for name, _ in known])
    explained = found["explained"]
    sure = "" if explained is None else f" A model of them foretells {explained:.0%} of what other trials reached."
    made = figure(
        f"{short[known[0][0]]} mattered most: alone it explains {known[0][1]:.0%} of what varied",
        height=90 + 34 * len(known),
        detail=f"{found['method']}, {found['trials']} trials.{sure}",
    )
    made.add_bar(
        x=[share for _, share in known],
        y=[short[name] for name, _ in known],
        orientation="h",
        marker={"color": COLORS[State.COMPLETE]},
        text=[f"{share:.0%}" for _, share in known],
        textposition="outside",
        cliponaxis=False,
        hovertemplate="%{y}: %{x:.1%}<extra></extra>",
    )
    room = [0, max(0.05, 1.18 * known[0][1])]  # For the text after the longest bar.
    made.update_xaxes(title_text="share of what varied", tickformat=".0%", range=room)
    made.update_yaxes(autorange="reversed", showgrid=False)
    return made
