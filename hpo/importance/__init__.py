"""Which hyperparameters mattered in a sweep."""

from hpo.importance.importance import Importance, Part, importance

__all__ = ["Importance", "Part", "importance"]
