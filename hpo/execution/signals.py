"""A word between driver and trials while a trial trains: "leave", and signs of life.

They go through the key-value store of Ray's head, which both sides reach without a process or a file of their own.
"""

from __future__ import annotations

from dataclasses import dataclass

from ray.experimental import internal_kv  # Ray's libraries are built on it; it has no other face.

NAMESPACE = b"hpo"


@dataclass(frozen=True)
class Channel:
    """What concerns one stay of one trial in a slot."""

    sweep_id: str
    number: int
    attempt: int

    def ask_to_leave(self) -> None:
        """Driver: the trial is to write a checkpoint and go."""
        internal_kv._internal_kv_put(self._key("leave"), b"1", namespace=NAMESPACE)

    def asked_to_leave(self) -> bool:
        """Trial: whether it is asked to."""
        return bool(internal_kv._internal_kv_exists(self._key("leave"), namespace=NAMESPACE))

    def sign(self, count: int) -> None:
        """Trial: it is alive; the count grows with everything that it does."""
        internal_kv._internal_kv_put(self._key("sign"), str(count).encode(), namespace=NAMESPACE)

    def last_sign(self) -> int:
        """Driver: the last count; -1 before the first."""
        found = internal_kv._internal_kv_get(self._key("sign"), namespace=NAMESPACE)
        return -1 if found is None else int(found)

    def close(self) -> None:
        """Driver: forget it."""
        for what in ("leave", "sign"):
            internal_kv._internal_kv_del(self._key(what), namespace=NAMESPACE)

    def _key(self, what: str) -> bytes:
        return f"{self.sweep_id}/{self.number}/{self.attempt}/{what}".encode()
