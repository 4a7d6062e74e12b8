"""What earlier sweeps say about a new one: where they are found, what is kept of them, and how far it holds."""

from hpo.history.draw import anywhere, near
from hpo.history.first import is_refuted
from hpo.history.history import History, Wish
from hpo.history.kept import kept, pack, unpack
from hpo.history.own import own_sweep
from hpo.history.past import PastSweep, PastTrial
from hpo.history.portfolio import portfolio, wishes

__all__ = [
    "History",
    "PastSweep",
    "PastTrial",
    "Wish",
    "anywhere",
    "is_refuted",
    "kept",
    "near",
    "own_sweep",
    "pack",
    "portfolio",
    "unpack",
    "wishes",
]
