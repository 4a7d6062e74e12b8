"""Replays a search on recorded learning curves: production decisions, a virtual clock, no training."""
