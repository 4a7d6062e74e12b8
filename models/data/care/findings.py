"""What the checks of the rows found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

MOST_EXAMPLES = 3
EXAMPLE_CHARACTERS = 80


@dataclass(frozen=True)
class Finding:
    """Rows that share one fault.

    Attributes:
        count: How many have it, dropped or not.
        left: How many of them are still in use.
        examples: Texts of the first few, cut.
    """

    count: int = 0
    left: int = 0
    examples: tuple[str, ...] = ()


@dataclass(frozen=True)
class Findings:
    """What `clean` found and did.

    Attributes:
        duplicates: Training rows that say again what an earlier one says.
        conflicts: Training rows of one text with several labels, all of them.
        leakage: Training rows whose texts are also in validation or test.
        validation_in_test: Validation rows whose texts are also in test; never dropped.
        encoding: Rows of all splits that seem to have been decoded wrongly; never dropped.
        dropped: Training rows dropped, by reason; a row with several is counted under the first of
            `leakage`, `conflicts`, `duplicates`.
    """

    duplicates: Finding = Finding()
    conflicts: Finding = Finding()
    leakage: Finding = Finding()
    validation_in_test: Finding = Finding()
    encoding: Finding = Finding()
    dropped: dict[str, int] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """As JSON has it."""
        found = asdict(self)
        for name in FINDINGS:
            found[name]["examples"] = list(found[name]["examples"])
        return found

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Findings:
        """What `to_dict` gave."""
        found = {
            name: Finding(values[name]["count"], values[name]["left"], tuple(values[name]["examples"]))
            for name in FINDINGS
        }
        return cls(**found, dropped=dict(values["dropped"]))


FINDINGS = ("duplicates", "conflicts", "leakage", "validation_in_test", "encoding")
