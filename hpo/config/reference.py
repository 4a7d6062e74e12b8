"""The config reference, made from the schema: `make docs` writes it, a test holds it true."""

from __future__ import annotations

import dataclasses
import sys
import typing
from typing import Any

from hpo.config.schema import ClusterSpec, Config, LedgerSpec, SlotsSpec, SweepSpec, TrialSpec
from hpo.config.store import SCHEMAS
from hpo.confirm.spec import ConfirmSpec
from hpo.history.spec import WarmStartSpec
from hpo.stopping import PlateauSpec, StopSpec
from models.spec import REQUIRED, TrainParams, limits_of

HEAD = """# Config reference

Made from the schema by `make docs`; do not edit. A value is set with `section.key=value`, an option of a group with
`group=option`. `hpo sweep --cfg job` shows every key with its value, `hpo sweep --help` every group with its options.
"""


def reference() -> str:
    """The whole reference as Markdown."""
    parts = [HEAD]
    for group, schemas in SCHEMAS.items():
        parts.append(f"## {group}\n")
        for name, schema in schemas.items():
            parts.append(f"### {group}: {name}\n\n{_summary(schema)}\n\n{_table(schema)}")
    sections = {
        "train": TrainParams,
        "sweep": SweepSpec,
        "sweep.stop": StopSpec,
        "sweep.stop.plateau": PlateauSpec,
        "warm_start": WarmStartSpec,
        "confirm": ConfirmSpec,
        "trial": TrialSpec,
        "slots": SlotsSpec,
        "ledger": LedgerSpec,
        "cluster": ClusterSpec,
    }
    for name, schema in sections.items():
        parts.append(f"## {name}\n\n{_summary(schema)}\n\n{_table(schema)}")
    output = next(field for field in dataclasses.fields(Config) if field.name == "output_dir")
    parts.append(f"## output_dir\n\n{output.metadata['doc']} Default: `{output.default}`.\n")
    return "\n".join(parts)


def _summary(schema: type) -> str:
    return (schema.__doc__ or "").split("\n\n")[0].replace("\n    ", " ")


def _table(schema: type) -> str:
    hints = typing.get_type_hints(schema)
    rows = ["| key | type | default | allowed | meaning |", "| --- | --- | --- | --- | --- |"]
    for field in dataclasses.fields(schema):
        if dataclasses.is_dataclass(hints[field.name]):
            continue  # A section of its own.
        limits = str(limits_of(field))
        allowed = "" if limits == "a finite number" else limits
        cells = (f"`{field.name}`", _type(hints[field.name]), _default(field), allowed, field.metadata.get("doc", ""))
        rows.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(rows) + "\n"


def _type(hint: Any) -> str:
    return getattr(hint, "__name__", str(hint)) if not typing.get_args(hint) else str(hint)


def _default(field: dataclasses.Field[Any]) -> str:
    value = field.default_factory() if field.default_factory is not dataclasses.MISSING else field.default
    if value == REQUIRED:
        return "must be given"
    return "`null`" if value is None else f"`{str(value).lower() if isinstance(value, bool) else value}`"


if __name__ == "__main__":
    sys.stdout.write(reference())
