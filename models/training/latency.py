"""How long one prediction takes: what a person who serves the model pays for every request."""

from __future__ import annotations

import statistics
import time
from collections.abc import Mapping, Sequence
from typing import Any

import torch

from models.data import PreparedData
from models.network import Network
from models.tasks import Card, Task
from models.tasks.infer import inference

ROWS = 16  # Of the validation rows, the first: the same ones for every training on the same data.
LEAST_ROWS, BUDGET_S = 3, 2.0  # A generated text may take seconds; then fewer rows must do.


def prediction_ms(task: Task, network: Network, data: PreparedData, card: Card, device: torch.device) -> float | None:
    """Median milliseconds of one prediction, from the input as a person gives it to the answer; one row at a time.

    It is measured where the training runs, with the cores or the GPU share that it has, so that trials of one sweep
    can be compared. Adapters are not merged yet: what is saved is a little faster.

    Args:
        task: What the network does.
        network: Is put into evaluation mode, and back.
        data: The validation rows are predicted.
        card: What the model is for.
        device: Where the network is.

    Returns:
        The median; None where there are no validation rows.
    """
    rows = task.input_rows(data.examples(ROWS), card)
    rows = rows[:: max(1, -(-len(rows) // ROWS))]  # Of several data sets, rows of each.
    if not rows:
        return None
    with inference(network):
        _seconds(task, network, rows[:1], data, card, device)  # The first pays for what is set up once.
        found_s: list[float] = []
        while len(found_s) < len(rows) and (len(found_s) < LEAST_ROWS or sum(found_s) < BUDGET_S):
            row = rows[len(found_s)]
            found_s.append(_seconds(task, network, [row], data, card, device))
    return 1000 * statistics.median(found_s)


def _seconds(
    task: Task,
    network: Network,
    row: Sequence[Mapping[str, Any]],
    data: PreparedData,
    card: Card,
    device: torch.device,
) -> float:
    """Seconds of one prediction. A GPU is waited for by the answer itself, which is on the host."""
    begin = time.perf_counter()
    task.predict(network, row, data.tokenizers, card, 1, device)
    return time.perf_counter() - begin
