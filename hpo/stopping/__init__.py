"""When a sweep is done before its trials and hours are used up: one rule a file, without Ray."""

from hpo.stopping.spec import PlateauSpec, StopSpec, check_stop, stop_from_dict
from hpo.stopping.stopped import Stopped

__all__ = ["PlateauSpec", "StopSpec", "Stopped", "check_stop", "stop_from_dict"]
