"""The typed, fully resolved description of one training: all that `models` is given, and all that it knows."""

from models.spec.data import DataSpec, DiskData, DocstringsData, FileData, HubData
from models.spec.fields import REQUIRED, Limits, limits_of, opt, problems_in
from models.spec.model import EmbeddedModel, HubModel, ModelSpec, TinyModel
from models.spec.train import TrainParams
from models.spec.trainspec import Device, TrainSpec
from models.spec.tuning import FullTuning, LoraTuning, TuningSpec

__all__ = [
    "REQUIRED",
    "DataSpec",
    "Device",
    "DiskData",
    "DocstringsData",
    "EmbeddedModel",
    "FileData",
    "FullTuning",
    "HubData",
    "HubModel",
    "Limits",
    "LoraTuning",
    "ModelSpec",
    "TinyModel",
    "TrainParams",
    "TrainSpec",
    "TuningSpec",
    "limits_of",
    "opt",
    "problems_in",
]
