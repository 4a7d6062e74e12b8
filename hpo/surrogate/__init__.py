"""A model of how trainings end: a Gaussian process over configurations and how far they were trained."""

from hpo.surrogate.fits import Fits
from hpo.surrogate.guard import foretold, trusted
from hpo.surrogate.ladder import Ladder
from hpo.surrogate.line import Line
from hpo.surrogate.model import Forecast, Model

__all__ = ["Fits", "Forecast", "Ladder", "Line", "Model", "foretold", "trusted"]
