"""Holds a running sweep against its rules, and remembers which one ended it."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import asdict

from hpo.budget import Budget
from hpo.ledger import Cause, Ledger, Outcome, State, TrialRecord
from hpo.stopping.plateau import plateau
from hpo.stopping.slot_time import slot_seconds
from hpo.stopping.spec import StopSpec
from hpo.stopping.stopped import NOTE, TARGET, Stopped


class Stopper:
    """Judges, writes the verdict to the ledger, and says so.

    What was written holds for every later driver, until a person extends the sweep.

    Args:
        budget: Has the rules, as extended by now.

    Attributes:
        stopped: Why no further trial begins; None: one may, as far as the rules go.
        say: Tells the person who watches.
    """

    def __init__(self, ledger: Ledger, budget: Budget) -> None:
        self._ledger, self._budget = ledger, budget
        self.say: Callable[[str], None] = lambda text: None
        noted = Stopped.of(ledger.about)
        self.stopped = noted if noted is not None and noted.lasts else None
        self._judged = -1

    def judge(self, records: Collection[TrialRecord]) -> None:
        """Hold all trials against every rule; the first one that is met counts."""
        spec = self._budget.stop
        if self.stopped is not None or spec == StopSpec():
            return
        ended = sum(record.state.ended for record in records)
        reached = next((record for record in records if self._has_target(record)), None)
        if reached is not None:
            why = f"trial {reached.number} reached {reached.value:g}, and sweep.stop.target={spec.target:g} is enough"
            self._stop(TARGET, why, len(records))
        for name, limit, each in (
            ("gpu_hours", spec.gpu_hours, self._budget.slot_gpus),
            ("cpu_hours", spec.cpu_hours, self._budget.slot_cpus),
        ):
            if limit is not None and self.stopped is None:
                spent = each * slot_seconds(records, self._budget.now()) / 3600
                if spent >= limit:
                    self._stop(name, f"{spent:.3g} of sweep.stop.{name}={limit:g} are used up", len(records))
        if self.stopped is None and ended != self._judged:
            self._judged = ended
            why = plateau(spec.plateau, records, self._ledger.maximize)
            if why:
                self._stop("plateau", why, len(records))

    def ending(self, record: TrialRecord) -> Outcome | None:
        """How a trial that has not ended is to end because the sweep is done; None: it goes on.

        The trial that reached the target has its full result; the others were stopped on the way.
        """
        stopped = self.stopped
        if stopped is None or not stopped.ends_running or record.number >= stopped.trials or record.state.ended:
            return None
        cause = Cause.EARLY_STOP if self._has_target(record) else Cause.SCHEDULER
        return Outcome(cause, f"the sweep ends: {stopped.reason}")

    def reopen(self) -> None:
        """A person extends the sweep: what ended it is not asked for any more, unless it was given anew."""
        if self.stopped is not None:
            self._budget.drop(self.stopped.rule)
        self.stopped, self._judged = None, -1
        self._ledger.note(NOTE, None)

    def conclude(self, proposed: int) -> None:
        """The sweep is done, and nobody stopped it: note why.

        Args:
            proposed: How many trials there were.
        """
        if self.stopped is None:
            rule, reason = self._budget.used_up(proposed) or ("space", "every configuration of the space was tried")
            self._ledger.note(NOTE, asdict(Stopped(rule, reason, proposed)))

    def _has_target(self, record: TrialRecord) -> bool:
        target = self._budget.stop.target
        if target is None or record.value is None or record.state in (State.PRUNED, State.FAILED):
            return False
        if not record.standing.feasible:
            return False
        return record.value >= target if self._ledger.maximize else record.value <= target

    def _stop(self, rule: str, reason: str, trials: int) -> None:
        self.stopped = Stopped(rule, reason, trials)
        self._ledger.note(NOTE, asdict(self.stopped))
        self.say(f"no further trial begins: {reason}")
