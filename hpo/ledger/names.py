"""Which sweeps a ledger has."""

from __future__ import annotations

from sqlalchemy import exists, select

from hpo.ledger.optuna_tables import ABOUT, STUDIES
from hpo.ledger.storage import PATIENCE_S, check_tables, is_missing, open_engine, patiently

BEGUN = "schema_version"  # Attribute of a study that is written last: without it, the sweep was never begun.
PART_OF = "part_of"  # Attribute of a part's study: the sweep's name.

IS_SWEEP = (
    exists().where(ABOUT.c.study_id == STUDIES.c.study_id, ABOUT.c.key == BEGUN),
    ~exists().where(ABOUT.c.study_id == STUDIES.c.study_id, ABOUT.c.key == PART_OF),
)


def sweep_names(url: str, patience_s: float = PATIENCE_S) -> list[str]:
    """Names of the sweeps in a ledger, the newest first; none when there is no ledger yet.

    Args:
        patience_s: How long to wait for a database that is away.
    """
    if is_missing(url):
        return []
    patiently(lambda: check_tables(url), patience_s)
    query = select(STUDIES.c.study_name).where(*IS_SWEEP).order_by(STUDIES.c.study_id.desc())

    def read() -> list[str]:
        with open_engine(url).connect() as connection:
            return [str(name) for name in connection.execute(query).scalars()]

    return patiently(read, patience_s)
