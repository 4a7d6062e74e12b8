"""Sweeps as they run: each is read once for all who watch it."""

from dashboards.live.update import Point, Slots, Stand, Update, update_of
from dashboards.live.watch import Watch

__all__ = ["Point", "Slots", "Stand", "Update", "Watch", "update_of"]
