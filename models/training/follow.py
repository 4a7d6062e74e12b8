"""What a process does that helps another one to train: the same steps, with its own share of the rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import torch

from models.errors import InputError
from models.training.attempt import Request, set_up
from models.training.helpers import Helpers
from models.training.pieces import Pieces
from models.training.threads import pinned_threads
from models.training.together import Together


@dataclass(frozen=True)
class Followed:
    """What the first process does.

    Attributes:
        request: Of the training, without those who listen.
        batch_size: Rows of a batch that each process computes.
        pieces: In how many pieces.
    """

    request: Request
    batch_size: int
    pieces: int


def helpers_for(request: Request, pieces: Pieces) -> Helpers[Followed]:
    """The other processes of this training.

    Raises:
        InputError: There are fewer GPUs.
    """
    device = request.spec.device
    if device.gpu and torch.cuda.device_count() < device.processes:
        rule = f"must be at most {torch.cuda.device_count()}, the GPUs that are seen, got {device.processes}"
        raise InputError.one("device.processes", rule)
    silent = replace(request, report=None, ask=None, begin=None)
    return Helpers(follow, Followed(silent, pieces.batch_size, pieces.count), device.processes)


def follow(followed: Followed, together: Together, meet: Callable[[torch.device], None]) -> None:
    """Train along until the first process has had enough."""
    device = followed.request.spec.device
    with pinned_threads(device.cpus // device.processes):
        attempt = set_up(followed.request, Pieces(followed.batch_size, followed.pieces), together)
        meet(attempt.loop.args.device)
        attempt.follow()
