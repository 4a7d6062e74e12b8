"""What a sweep is for: one metric or several, limits to keep, and which trade-offs are worth having."""

from hpo.aims.aims import Aim, Aims, Standing, violations
from hpo.aims.constraint import Constraint
from hpo.aims.front import best_first, front_ranks
from hpo.aims.quantity import QUANTITIES, measured

__all__ = [
    "QUANTITIES",
    "Aim",
    "Aims",
    "Constraint",
    "Standing",
    "best_first",
    "front_ranks",
    "measured",
    "violations",
]
