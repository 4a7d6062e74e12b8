"""A sweep as it runs: a live table in a terminal, plain lines elsewhere."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable
from types import TracebackType

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text

from hpo.budget import Budget
from hpo.ledger import State, TrialRecord
from hpo.plan import Plan
from hpo.ranking import best_trial
from hpo.schedulers import Length
from hpo.terminal import words

REFRESH_PER_S = 2


class Display:
    """Observer of a search that shows it to a person.

    Use as a context manager; the live table ends with it, in its last state.
    """

    def __init__(self, plan: Plan, budget: Budget, console: Console) -> None:
        self._plan, self._budget = plan, budget
        self._console = console
        self._records: dict[int, TrialRecord] = {}
        self._lock = threading.Lock()
        self._began = time.monotonic()
        self._done_before = 0
        self._over = False
        self._note = "starting Ray and the first trial processes"
        self.below: Callable[[], RenderableType | None] = lambda: None  # What else runs.
        self._live: Live | None = None
        if console.is_terminal:
            self._live = Live(
                console=console, get_renderable=self._render, refresh_per_second=REFRESH_PER_S, transient=True
            )

    def __enter__(self) -> Display:
        if self._live is not None:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._live is not None:
            self._live.stop()

    def before(self, records: Iterable[TrialRecord]) -> None:
        """What earlier drivers of the sweep did."""
        for record in records:
            self._take(record)
        self._done_before = sum(record.state.ended for record in self._records.values())

    def end(self, text: str) -> None:
        """The last word, where the process ends without more ado."""
        self.__exit__(None, None, None)
        self._console.print(Text(text, style="bold red"), soft_wrap=True)

    def note(self, text: str) -> None:
        """What is going on besides the trials."""
        self._note = text
        if self._live is None and text:
            self._console.print(text)

    def say(self, text: str) -> None:
        """A line of its own; nothing in a terminal, where the table shows it."""
        self._line(text)

    def no_more(self, text: str) -> None:
        """No further trial begins."""
        self._over = True
        self.note(text)

    def started(self, record: TrialRecord) -> None:
        """A trial goes to a slot."""
        self._note = ""
        self._take(record)
        self._line(f"trial {record.number}: {words.params(record.params)}")

    def evaluated(self, record: TrialRecord) -> None:
        """A trial was evaluated."""
        self._take(record)
        entry = record.evaluations[-1]
        value = entry["metrics"].get(self._plan.metric)
        self._line(f"trial {record.number}: epoch {entry['epoch']:g} {self._metric}={words.number(value)}")

    def paused(self, record: TrialRecord) -> None:
        """A trial left its slot."""
        self._take(record)
        self._line(f"trial {record.number}: paused ({record.attempts[-1].end}) after {record.epochs:g} epochs")

    def resumed(self, record: TrialRecord) -> None:
        """A trial goes on."""
        self._note = ""
        self._take(record)
        self._line(f"trial {record.number}: goes on after {record.epochs:g} epochs")

    def ended(self, record: TrialRecord) -> None:
        """A trial ended."""
        self._take(record)
        why = f" ({record.cause})" if record.cause else ""
        text = f"trial {record.number}: {record.state}{why} {self._metric}={words.number(record.value)}"
        self._line(f"{text} after {record.epochs:g} epochs; {self._progress()}")

    @property
    def _metric(self) -> str:
        return self._plan.metric

    def _take(self, record: TrialRecord) -> None:
        with self._lock:
            self._records[record.number] = record

    def _line(self, text: str) -> None:
        if self._live is None:
            self._console.print(text, highlight=False, markup=False, soft_wrap=True)

    def _progress(self) -> str:
        done = sum(record.state.ended for record in self._records.values())
        best = best_trial(list(self._records.values()), self._plan.maximize)
        value = f"best {self._metric} {words.number(best.value)} (trial {best.number})" if best else "no result yet"
        return f"{done} of {self._budget}, {value}, {self._time_left(done)}"

    def _time_left(self, done: int) -> str:
        """What is left at the pace of this driver's own trials."""
        spent, here = time.monotonic() - self._began, done - self._done_before
        text, limit = f"{words.seconds(spent)} so far", self._budget.trials
        if here < 2 or limit is None or done >= limit or self._over:
            return text
        return f"{text}, about {words.seconds(spent / here * max(0, limit - done))} left"

    def _render(self) -> RenderableType:
        with self._lock:
            records = list(self._records.values())
        counts = Counter(record.state for record in records)
        states = Text("  ").join(
            Text(f"{counts[state]} {state.value}", style=words.STYLES[state]) for state in State if counts[state]
        )
        head = Text.assemble((self._plan.name, "bold"), "  ", self._progress())
        parts: list[RenderableType] = [head, states]
        if running := [record for record in records if record.state is State.RUNNING]:
            parts.append(self._table(running))
        if (below := self.below()) is not None:
            parts.append(below)
        if self._note:
            parts.append(Text(self._note, style="dim"))
        return Group(*parts)

    def _table(self, running: list[TrialRecord]) -> Table:
        table = Table(box=None, padding=(0, 2, 0, 0))
        for column in ("trial", "epoch", self._metric, "best", "configuration"):
            table.add_column(column, no_wrap=column != "configuration", header_style="dim")
        for record in running:
            last = record.evaluations[-1]["metrics"].get(self._metric) if record.evaluations else None
            whole = Length.of(self._plan.train_spec(record.params).train).epochs
            epoch = f"{record.epochs:g}" if whole is None else f"{record.epochs:g}/{whole:g}"
            row = (str(record.number), epoch, words.number(last), words.number(record.value))
            table.add_row(*row, words.params(record.params))
        return table
