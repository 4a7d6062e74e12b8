"""What nobody foresaw, in the log: with its traceback, without secrets."""

from __future__ import annotations

import logging
import traceback

from hpo.results import Redactor

log = logging.getLogger("hpo.service")


def log_broken(what: str, error: BaseException, redactor: Redactor) -> None:
    """Write it.

    Args:
        what: What did not work.
        error: Why.
    """
    log.error("%s\n%s", what, redactor.text("".join(traceback.format_exception(error))))
