"""Optuna's tables, for what is read again and again: its own classes read a study whole, and row by row.

That a database has the tables of the installed Optuna is checked when it is opened.
"""

from __future__ import annotations

from optuna.storages._rdb import models

STUDIES = models.StudyModel.__table__
DIRECTIONS = models.StudyDirectionModel.__table__
ABOUT = models.StudyUserAttributeModel.__table__
TRIALS = models.TrialModel.__table__
ATTRIBUTES = models.TrialUserAttributeModel.__table__
CURVES = models.TrialIntermediateValueModel.__table__
VALUES = models.TrialValueModel.__table__

FINITE = models.TrialIntermediateValueModel.TrialIntermediateValueType.FINITE
FINITE_VALUE = models.TrialValueModel.TrialValueType.FINITE
