"""Figures of sweeps, from what `hpo.results` reads: each is `Look -> Figure`, or None where there is nothing to show.

A figure's finding, a sentence, is in its `meta`: see `finding`. Colours of text and axes come from the page: see `CSS`.
"""

from dashboards.figures.confirmed import confirmed
from dashboards.figures.contour import contour
from dashboards.figures.curves import curves
from dashboards.figures.front import front
from dashboards.figures.history import history
from dashboards.figures.importance import importance
from dashboards.figures.parallel import parallel
from dashboards.figures.schedules import schedules
from dashboards.figures.slices import slice_of, slices
from dashboards.figures.spent import spent, spent_s
from dashboards.figures.stays import Stay, idle_s, stays
from dashboards.figures.theme import COLORS, CONFIG, CSS, detail, finding
from dashboards.figures.timeline import timeline

__all__ = [
    "COLORS",
    "CONFIG",
    "CSS",
    "Stay",
    "confirmed",
    "contour",
    "curves",
    "detail",
    "finding",
    "front",
    "history",
    "idle_s",
    "importance",
    "parallel",
    "schedules",
    "slice_of",
    "slices",
    "spent",
    "spent_s",
    "stays",
    "timeline",
]
