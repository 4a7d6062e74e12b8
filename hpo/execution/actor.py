"""The process that Ray Tune starts in a slot."""

from __future__ import annotations

from typing import Any

from ray.tune.trainable import wrap_function

from hpo.execution.link import listen_for_sigterm
from hpo.execution.trial import run_trial
from hpo.storage.courier import GRACE_S, wait_for_couriers


class TrialActor(wrap_function(run_trial)):  # type: ignore[misc]  # ray is untyped
    """Runs `run_trial` for one trial after another."""

    def setup(self, config: dict[str, Any]) -> None:
        """In the process's main thread, before its first trial."""
        listen_for_sigterm()
        super().setup(config)

    def cleanup(self) -> None:
        """Before the process ends. The weights of a trial that was stopped may be on their way to the store."""
        super().cleanup()
        wait_for_couriers(GRACE_S)
