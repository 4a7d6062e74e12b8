"""Which figures a sweep's page has, and where each is made."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import plotly.graph_objects as go

from dashboards import figures
from hpo.results import Look

Make = Callable[[Look], go.Figure | None]

# Drawn again and again while a sweep runs, so that they are cheap.
LIVE: Mapping[str, Make] = {"history": figures.history, "curves": figures.curves}
# Those below "More figures", made in a process of their own: what mattered takes a forest, whose library takes 90 MiB.
MORE: Mapping[str, tuple[str, Make]] = {
    "importance": ("What mattered", figures.importance),
    "parallel": ("Values side by side", figures.parallel),
    "contour": ("The two that matter most", figures.contour),
    "front": ("Trade-offs", figures.front),
    "timeline": ("Slots", figures.timeline),
    "spent": ("Where the time went", figures.spent),
    "confirmed": ("Confirmed under fresh seeds", figures.confirmed),
    "schedules": ("Schedules", figures.schedules),
}


def more_of(look: Look) -> list[tuple[str, str]]:
    """Names and titles of the further figures that a sweep of this kind can have."""
    without = set() if look.aims.several else {"front"}
    without |= set() if look.about.get("confirmation") or look.confirming else {"confirmed"}
    without |= set() if any(record.exploits for record in look.records) else {"schedules"}
    return [(name, title) for name, (title, _) in MORE.items() if name not in without]
