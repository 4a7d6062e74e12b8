"""What varies in a sweep: dimensions, their conditions, and how they are read from config."""

from hpo.space.categorical import CategoricalDimension
from hpo.space.condition import Condition
from hpo.space.dimension import Dimension
from hpo.space.float_dimension import FloatDimension
from hpo.space.int_dimension import IntDimension
from hpo.space.schema import TrialSchema, named_options
from hpo.space.serialize import space_from_dict, space_to_dict
from hpo.space.space import Row, Space, Start

__all__ = [
    "CategoricalDimension",
    "Condition",
    "Dimension",
    "FloatDimension",
    "IntDimension",
    "Row",
    "Space",
    "Start",
    "TrialSchema",
    "named_options",
    "space_from_dict",
    "space_to_dict",
]
