"""What one evaluation of a trial means: how the trial ends with it, or what the scheduler decides."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from typing import Any

from hpo.aims import QUANTITIES, Aims
from hpo.budget import Budget
from hpo.exploit import Exploit
from hpo.ledger import UNWORKABLE, Cause, Decided, Outcome, TrialRecord, Verdict
from hpo.schedulers import Decision, Result, Scheduler
from hpo.stopping.stopped import Stopped

Entry = Mapping[str, Any]  # An evaluation, as the ledger has it.
SECONDS = ("train_s", "eval_s", "wait_s", "load_s", "save_s")


class Judge:
    """Holds evaluations against the limits, then asks the scheduler.

    Args:
        scheduler: Is told every evaluation that is not an end by itself.
        aims: All that is optimized, and the limits to keep.
        metric: Name of the optimized metric.
    """

    def __init__(self, scheduler: Scheduler, aims: Aims, metric: str) -> None:
        self._scheduler, self._aims, self._metric = scheduler, aims, metric

    def __call__(self, record: TrialRecord, entry: Entry) -> Decision | Outcome:
        """The verdict. Where the training ends with the evaluation anyhow, there is nothing to pause."""
        outcome = self._outcome(record, entry)
        if outcome is not None:
            return outcome
        decision = self._scheduler.on_result(self._result(record, entry))
        if decision is Decision.STOP:
            numbers = dict(self._scheduler.numbers(record.number))
            return Outcome(Cause.SCHEDULER, self._scheduler.reason(record.number), measured(record), numbers)
        return Decision.CONTINUE if entry["last"] else decision

    def retell(self, records: Collection[TrialRecord]) -> tuple[TrialRecord, Entry] | None:
        """Tell the scheduler what the ledger holds, in the order in which it happened.

        Every verdict was written before anything else happened. So all are known but that on an evaluation which is
        the very last of the events: the driver may have been gone before it could write it. That one is not told.

        Returns:
            The evaluation that is to be judged now, with its trial; None: there is none.
        """
        events: list[tuple[int, TrialRecord, Entry | Decided | None]] = []
        last = 0
        for record in records:
            events.append((record.start_seq, record, None))
            events += [(int(entry["seq"]), record, entry) for entry in record.evaluations]
            events += [] if record.end_seq is None else [(record.end_seq, record, None)]
            events += [(d.seq, record, d) for d in record.decisions if d.verdict in (Verdict.ADVANCED, Verdict.PAUSED)]
            last = max([last, *(decided.seq for decided in record.decisions)])
            for steps in (attempt.kept_step for attempt in record.attempts if attempt.kept_step is not None):
                self._scheduler.on_kept(record.number, steps)
        events.sort(key=lambda event: event[0])
        for seq, record, entry in events:
            if isinstance(entry, Decided) and entry.verdict is Verdict.PAUSED:
                self._scheduler.on_pause(record.number)
            elif isinstance(entry, Decided):
                self._scheduler.on_advance(record.number, Exploit.of(entry.numbers))
            elif entry is not None:
                if seq > last and seq == events[-1][0]:
                    return record, entry
                if self._outcome(record, entry) is None:
                    self._scheduler.retell(self._result(record, entry))
            elif seq == record.end_seq:
                self._scheduler.on_end(record.number, record.state.value, record.cause in UNWORKABLE)
            else:
                self.begin(record)
        return None

    def begin(self, record: TrialRecord) -> None:
        """Tell the scheduler of a new trial, and with whose weights it begins."""
        self._scheduler.on_start(record.number, record.sampled or record.params)
        exploit = next((Exploit.of(d.numbers) for d in record.decisions if d.verdict is Verdict.PROPOSED), None)
        if exploit is not None:
            self._scheduler.on_advance(record.number, exploit)

    def _outcome(self, record: TrialRecord, entry: Entry) -> Outcome | None:
        """How the trial ends whatever the scheduler thinks; None: it does not."""
        value, step = float(entry["metrics"][self._metric]), int(entry["step"])
        if not math.isfinite(value):
            why = f"{self._metric} is {value} after {entry['epoch']:g} epochs"
            return Outcome(Cause.DIVERGED, why, measured(record))
        # What longer training does not mend; what has been trained to its end is kept as it is.
        broken = () if entry["last"] else self._aims.broken_for_good(record.evaluations, step)
        return Outcome(Cause.INFEASIBLE, "; ".join(broken), measured(record)) if broken else None

    def _result(self, record: TrialRecord, entry: Entry) -> Result:
        value, step, last = float(entry["metrics"][self._metric]), int(entry["step"]), bool(entry["last"])
        losses = self._aims.losses_at(record.evaluations, step)
        return Result(record.number, float(entry["epoch"]), step, value, last, losses)


def completed(last: Entry, facts: dict[str, Any]) -> Outcome:
    """How a training ended that ran to its end, from its last evaluation."""
    if last.get("stopped_early"):
        return Outcome(Cause.EARLY_STOP, "no improvement for train.early_stopping_patience evaluations", facts)
    return Outcome(None, "", facts)


def never_advanced(record: TrialRecord, scheduler: Scheduler, stopped: Stopped | None, budget: Budget) -> Outcome:
    """How a trial ends that was paused for good.

    Args:
        record: The trial.
        scheduler: That paused it.
        stopped: The rule that ended the sweep; None: there was none.
        budget: Of the sweep.
    """
    over = "the hours of the sweep are over" if budget.out_of_time else scheduler.why_no_more()
    why = over if stopped is None else f"the sweep ends: {stopped.reason}"
    why = why or (record.decisions[-1].reason if record.decisions else "")
    text = f"paused after {record.epochs:g} epochs and never advanced" + (f": {why}" if why else "")
    return Outcome(Cause.SCHEDULER, text, measured(record))


def measured(record: TrialRecord) -> dict[str, Any]:
    """Facts of a trial that was ended from outside, from what its evaluations said."""
    if not record.evaluations:
        return {}
    last = record.evaluations[-1]
    kept = ("device", "precision", "micro_batch_size", *QUANTITIES)
    facts = {key: last[key] for key in kept if last.get(key) is not None}
    return facts | {kind: record.seconds(kind) for kind in SECONDS}


def of_all_stays(record: TrialRecord, facts: Mapping[str, Any]) -> dict[str, Any]:
    """Facts of a training that has ended, its earlier stays in slots counted in.

    Args:
        record: The trial, before its end.
        facts: What the training said of itself. Of a trial that went on, its seconds may be of the last stay alone;
            they are never less than those of the evaluations together.
    """
    before = measured(record)
    most = {kind: max(facts[kind], before[kind]) for kind in SECONDS if kind in facts and kind in before}
    return {**before, **facts, **most}
