"""What makes many small trainings quick."""

import gc
from collections.abc import Iterator

import pytest
import torch


@pytest.fixture(autouse=True, scope="module")
def quick() -> Iterator[None]:
    """One thread, because more cost time on matrices this small; and no search for garbage in what is imported.

    Trainer searches at the start of every training, which takes longer than these trainings do.
    """
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()
    torch.set_num_threads(before)
