"""Where a trial's process works, and how what it leaves there outlives its node."""

from __future__ import annotations

import logging
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from hpo.execution.hold import held
from hpo.execution.job import TrialJob
from hpo.storage.courier import GRACE_S, Courier
from hpo.storage.deposits import Deposit, Kind, deposits
from hpo.storage.scratch import scratch
from hpo.storage.store import PATIENCE_S, DamagedError, Store
from models.manifest import MANIFEST
from models.remote import Patience
from models.tasks.saved import WEIGHTS
from models.training import Taking, checkpoint, is_taken, keep_aside, take
from models.training.evaluator import BEST_FOLDER
from models.training.warm import KEPT

Beat = Callable[[], None]
logger = logging.getLogger(__name__)


class Workplace:
    """The trial's own folder, on a disk that every node sees: it stays there.

    Attributes:
        folder: Where the training writes.
    """

    def __init__(self, job: TrialJob, folder: Path) -> None:
        self.folder = folder
        self._job = job

    def prepare(self, beat: Beat) -> Path | None:
        """Get what the training goes on from. Returns the folder of the weights that it begins with, if there is one.

        Args:
            beat: Called between things that take long.
        """
        if self._job.taking is not None:
            take(self._job.taking, self.folder)
        return None if self._job.warm_from is None else Path(self._job.warm_from)

    def step_made(self) -> None:
        """Called between two steps."""

    def improved(self, step: int) -> None:
        """There are new best weights, before they are reported."""

    def finish(self, *, left: bool, beat: Beat) -> None:
        """The training is over, and nothing was said of it yet.

        Args:
            left: Whether it is to go on from its checkpoint.
            beat: Called about once a second.
        """
        if left and self._job.aside is not None:
            keep_aside(self.folder, Path(self._job.aside) / f"{self._job.number:04d}")


class NodeFolder(Workplace):
    """A folder on the node's own disk; checkpoints and best weights are copied to the store.

    Every method raises `RemoteError` where the store refuses, and `UnreachableError` where it is away too long.
    """

    def __init__(self, job: TrialJob, folder: Path, courier: Courier) -> None:
        super().__init__(job, folder)
        self._courier = courier
        self._sent = ""  # Name of the newest checkpoint that the courier has.

    def prepare(self, beat: Beat) -> Path | None:
        """Fetch the newest checkpoint with the best weights, and those that it begins with."""
        patience = _patience(beat)
        warm = None
        if self._job.warm_from is not None:
            warm = self.folder.with_name("warm")
            Store(self._job.warm_from, patience).fetch("", warm)
        if self._job.attempt > 0 and self._job.storage is not None:
            self._restore(Store(self._job.storage, patience), warm)
        if self._job.taking is not None and not is_taken(self._job.taking, self.folder):
            self._take(self._job.taking, patience)
        return warm

    def step_made(self) -> None:
        """Send a checkpoint that is new."""
        self._courier.check()
        names = [path.name for path in (self.folder / checkpoint.FOLDER).glob("step-*")]
        newest = max(names, default="")
        if newest != self._sent:
            self._sent = newest
            step = int(newest.rpartition("-")[2])
            self._courier.take(Kind.CHECKPOINT, step, checkpoint.path_of(self.folder, step))

    def improved(self, step: int) -> None:
        """Send the best weights."""
        self._courier.take(Kind.BEST, step, self.folder / BEST_FOLDER)

    def finish(self, *, left: bool, beat: Beat) -> None:
        """Wait until all is in the store that is still needed."""
        if left:
            self.step_made()
        self._courier.finish(with_checkpoint=left, beat=beat)
        if left and self._job.aside is not None:
            kept = keep_aside(self.folder, self.folder.with_name("aside"))
            if kept is not None:
                Store(self._job.aside, _patience(beat)).put(kept, f"{self._job.number:04d}/{kept.name}")

    def _take(self, taking: Taking, patience: Patience) -> None:
        where, _, name = taking.folder.rpartition("/")
        here = self.folder.with_name("taken") / name
        Store(where, patience).fetch(name, here)
        take(replace(taking, folder=str(here)), self.folder)
        self._sent = ""  # The taken one is its own now, and goes to the store as such.

    def _restore(self, store: Store, warm: Path | None) -> None:
        found = _newest(store, self._job.number, Kind.CHECKPOINT, self.folder / checkpoint.FOLDER / "step-fetched")
        if found is None:
            return
        target = checkpoint.path_of(self.folder, found.step)
        (self.folder / checkpoint.FOLDER / "step-fetched").rename(target)
        self._sent = target.name
        if _newest(store, self._job.number, Kind.BEST, self.folder / BEST_FOLDER) is not None:
            (self.folder / BEST_FOLDER / MANIFEST).unlink()  # The store's, not the model's.
        if warm is not None:  # The checkpoint has only what trains.
            shutil.copyfile(warm / WEIGHTS, self.folder / checkpoint.FOLDER / KEPT)


def _patience(beat: Beat) -> Patience:
    """As long as for anything in the store, with signs of life in between."""

    def pause(seconds: float) -> None:
        beat()
        time.sleep(seconds)

    return Patience(lambda passed_s: passed_s > PATIENCE_S, pause)


def _newest(store: Store, number: int, kind: Kind, target: Path) -> Deposit | None:
    """Fetch the newest deposit of a trial that is whole; None: there is none.

    The list is read twice: an earlier stay that is on its way out may just replace what was found.
    """
    for _ in range(2):
        for deposit in reversed(deposits(store, number)):
            if deposit.kind is not kind or not deposit.whole:
                continue
            try:
                store.fetch(deposit.name, target)
            except FileNotFoundError:
                continue
            except DamagedError as error:
                logger.warning("%s is left out: %s", deposit.name, error)
                continue
            return deposit
    return None


@contextmanager
def workplace(job: TrialJob) -> Iterator[Workplace]:
    """The place to work for the time of the block.

    Raises:
        RemoteError: The store cannot be used.
    """
    if job.storage is None:
        with held(Path(job.out_dir)):
            yield Workplace(job, Path(job.out_dir))
        return
    own = scratch(Path(job.out_dir)) / repr(job)
    courier = Courier(job.storage, job.number, job.attempt, own.with_name(f"{own.name}-outbox"))
    try:
        yield NodeFolder(job, own / "trial", courier)
    except SystemExit:  # So Ray Tune ends a trial that was stopped: only its best weights are still needed.
        courier.leave(with_checkpoint=False)
        raise
    except BaseException:  # It may be tried again, and then goes on from its checkpoint.
        courier.leave(with_checkpoint=True, wait_s=GRACE_S)
        raise
    else:
        courier.leave(with_checkpoint=True)
    finally:
        shutil.rmtree(own, ignore_errors=True)
