"""Sweeps in numbers, as Prometheus reads them."""

from dashboards.metrics.exposition import Exposition

__all__ = ["Exposition"]
