"""One training: train, evaluate, keep the best weights. Plain Python; whoever searches calls it and listens."""

from models.training.check import check_rows, check_spec
from models.training.checkpoint import newest as newest_checkpoint
from models.training.rest import Wish
from models.training.result import Evaluation, TrainResult
from models.training.take import Taking, is_taken, keep_aside, take
from models.training.train import train

__all__ = [
    "Evaluation",
    "Taking",
    "TrainResult",
    "Wish",
    "check_rows",
    "check_spec",
    "is_taken",
    "keep_aside",
    "newest_checkpoint",
    "take",
    "train",
]
