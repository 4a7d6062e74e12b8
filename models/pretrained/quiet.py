"""Silence for transformers' console output while something is loaded."""

from __future__ import annotations

import logging as levels
from collections.abc import Iterator
from contextlib import contextmanager

from huggingface_hub.utils import logging as hub_logging
from transformers.utils import logging


@contextmanager
def quiet() -> Iterator[None]:
    """Within it, transformers shows neither progress bars nor warnings; errors are still shown.

    A checkpoint without the head that we add, or with a head that we drop, is the normal case here; transformers
    warns of both.
    """
    verbosity, bars = logging.get_verbosity(), logging.is_progress_bar_enabled()
    hub_verbosity = hub_logging.get_verbosity()
    logging.set_verbosity(levels.ERROR)
    hub_logging.set_verbosity(levels.ERROR)
    logging.disable_progress_bar()
    try:
        yield
    finally:
        logging.set_verbosity(verbosity)
        hub_logging.set_verbosity(hub_verbosity)
        if bars:
            logging.enable_progress_bar()
