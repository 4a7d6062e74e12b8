"""The Pareto front of two aims."""

from __future__ import annotations

from collections.abc import Mapping

import plotly.graph_objects as go

from dashboards.figures.select import number, told
from dashboards.figures.theme import BEST, COLORS, SYMBOLS, figure
from hpo.results import Look, State, TrialRecord


def front(look: Look) -> go.Figure | None:
    """The trials by the first two aims; None where there is one."""
    aims = look.aims
    if not aims.several:
        return None
    one, other = aims.aims[:2]
    records = [r for r in look.records if one.name in r.standing.values and other.name in r.standing.values]
    if not records:
        return None
    members = {member["number"] for member in look.summary["front"]}
    chosen = sorted((r for r in records if r.number in members), key=lambda r: r.standing.values[one.name])
    made = figure(_finding(chosen, one.name, other.name), height=420, detail=_detail(look))
    for state in State:
        own = [r for r in records if r.state is state and r.number not in members]
        for able, name in ((True, state.value), (False, f"{state.value}, breaks a limit")):
            group = [record for record in own if record.standing.feasible is able]
            if group:
                symbol = SYMBOLS[state] if able else "x-thin-open"
                marker = {"color": COLORS[state], "symbol": symbol, "size": 8, "opacity": 0.7}
                _add(made, group, one.name, other.name, {"mode": "markers", "name": name, "marker": marker})
    if chosen:
        line = {"color": BEST, "width": 2, "shape": "vh" if one.maximize else "hv"}
        how = {"mode": "lines+markers", "name": "Pareto front", "line": line, "marker": {"size": 11, "color": BEST}}
        _add(made, chosen, one.name, other.name, how)
    for limit in aims.constraints:
        draw = {one.name: made.add_vline, other.name: made.add_hline}.get(limit.name)
        if draw is not None:
            draw(limit.bound, line={"dash": "dash", "width": 1.5, "color": "#868b94"})
    made.update_xaxes(title_text=f"{one.name} ({'more' if one.maximize else 'less'} is better)")
    made.update_yaxes(title_text=f"{other.name} ({'more' if other.maximize else 'less'} is better)")
    return made


def _add(made: go.Figure, records: list[TrialRecord], one: str, other: str, how: Mapping[str, object]) -> None:
    made.add_scatter(
        x=[record.standing.values[one] for record in records],
        y=[record.standing.values[other] for record in records],
        text=[told(record) for record in records],
        hovertemplate="%{text}<br>%{x:.4g}, %{y:.4g}<extra></extra>",
        **how,
    )


def _finding(chosen: list[TrialRecord], one: str, other: str) -> str:
    if not chosen:
        return f"No trial trained to its end has both {one} and {other} yet"
    if len(chosen) == 1:
        return f"Trial {chosen[0].number} is the best in both {one} and {other}"
    low, high = chosen[0].standing.values, chosen[-1].standing.values
    ways = (f"{one} {number(v[one])} with {other} {number(v[other])}" for v in (low, high))
    return f"{len(chosen)} trials between which to choose: from {' to '.join(ways)}"


def _detail(look: Look) -> str:
    limits = ", ".join(map(str, look.aims.constraints))
    more = " The further aims are in the table." if len(look.aims.aims) > 2 else ""
    return "No trial is better than one of the front in one aim without being worse in another." + (
        f" Dashed: the limits {limits}.{more}" if limits else more
    )
