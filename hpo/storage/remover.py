"""Removes what is no longer needed from the store, while others go on."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from queue import SimpleQueue

from hpo.storage.deposits import Kind, deposits, folder_of
from hpo.storage.store import Store
from models.remote import Patience, RemoteError

PATIENCE_S = 20.0  # What could not be removed then is removed when the driver leaves the sweep.
logger = logging.getLogger(__name__)


class Remover:
    """Removes from the store in a thread of its own: the search does not wait for it, nor does the end of the driver.

    Args:
        url: The sweep's folder in the store.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._tasks: SimpleQueue[Callable[[Store], None]] = SimpleQueue()
        threading.Thread(target=self._work, name="remover", daemon=True).start()

    def trial(self, number: int) -> None:
        """All of a trial."""
        self._tasks.put(lambda store: store.remove(folder_of(number)))

    def checkpoints(self, number: int) -> None:
        """All but a trial's best weights, of which the newest may still be on their way."""

        def remove(store: Store) -> None:
            for deposit in deposits(store, number):
                if deposit.kind is Kind.CHECKPOINT:
                    store.remove(deposit.name)

        self._tasks.put(remove)

    def folder(self, url: str) -> None:
        """A folder somewhere."""
        self._tasks.put(lambda _: Store(url, Patience.of(PATIENCE_S)).remove(""))

    def _work(self) -> None:
        store = Store(self._url, Patience.of(PATIENCE_S))
        while True:
            task = self._tasks.get()
            try:
                task(store)
            except RemoteError as error:
                logger.warning("left in the storage until the sweep is left: %s", error)
