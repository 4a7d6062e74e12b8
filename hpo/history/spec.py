"""The `warm_start` section."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

from models.spec.fields import opt

AUTO = "auto"


@dataclass(frozen=True)
class _Amounts:
    first: int = opt(5, "Most trials at the beginning that repeat what was good in the earlier sweeps.", low=0)
    weight: float = opt(
        8.0, "Trials of its own after which the sweep counts as much as the earlier ones; 0: only `first`.", low=0
    )


class WarmStartSpec(_Amounts):
    """The `warm_start` section: earlier sweeps from which the search begins."""

    def __init__(self, **values: Any) -> None:
        """Values by field; the others have their defaults."""
        for field in dataclasses.fields(type(self)):
            made = field.default_factory
            default = field.default if made is dataclasses.MISSING else made()
            object.__setattr__(self, field.name, values.get(field.name, default))

    @property
    def sources(self) -> list[str]:
        """The key `from`."""
        return list(getattr(self, "from"))


# `from` is the word for it, but one of Python's own: it can be an attribute, though not be written as one, nor as an
# argument of the methods that `dataclass` would make.
WarmStartSpec.__annotations__ = {"from": list[str]}
setattr(
    WarmStartSpec,
    "from",
    opt(
        [],
        "Earlier sweeps: their names in this ledger or this MLflow, `NAME@FOLDER` or `NAME@DATABASE` for another "
        "ledger, `NAME@http://HOST:PORT` for another MLflow, or `auto`: those in this ledger that are most alike.",
    ),
)
dataclass(frozen=True, init=False, repr=False, eq=False)(WarmStartSpec)
