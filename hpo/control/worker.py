"""A process that checks plans for a server:  python -m hpo.control.worker

The check imports what trains models and composes Hydra's config, whose state is the process's own: neither belongs into
a server that answers many at once. One request a line on standard input, one answer a line on standard output, JSON.
"""

from __future__ import annotations

import traceback
from collections.abc import Mapping
from typing import Any

from hpo.control.child import answer_lines
from hpo.control.screen import Rules, screen, screen_files
from hpo.errors import HpoError, InputError, Problem


def answer(request: Mapping[str, Any]) -> dict[str, Any]:
    """The plan of a request, or its problems.

    Args:
        request: `overrides`, and `rules` as `Rules` has them.

    Returns:
        `plan`; or `problems`, and whether they are `refused`: not wrong, but not allowed; or the traceback of what
        `broke` the check off.
    """
    given = request["rules"].items()  # JSON has no tuples.
    fields: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in given}
    rules = Rules(**fields)
    try:
        refused = screen(request["overrides"], rules) or _outside(request["overrides"], rules)
        if refused:
            return _told(refused, refused=True)
        from hpo.control.preview import preview  # noqa: PLC0415

        return {"plan": preview(request["overrides"]).to_dict()}
    except InputError as error:
        return _told(error.problems)
    except HpoError as error:
        return _told([Problem("sweep", str(error))])
    except RecursionError:
        return _told([Problem("overrides", "too many things inside one another")])
    except Exception:  # noqa: BLE001  # libraries raise anything on what was sent; the server logs it, the next goes on
        return {"broke": traceback.format_exc()}


def _outside(overrides: list[str], rules: Rules) -> list[Problem]:
    """Files that the composed config reads. Before anything is read."""
    from hpo.config.compose import compose  # noqa: PLC0415  # refusals do without
    from hpo.config.resolve import resolve  # noqa: PLC0415
    from hpo.trialspec import files_of  # noqa: PLC0415

    return screen_files(files_of(resolve(compose(overrides)).config), rules)


def _told(problems: Any, *, refused: bool = False) -> dict[str, Any]:
    listed = [{"where": p.where, "message": p.message, "hint": p.hint} for p in problems]
    return {"problems": listed, "refused": refused}


if __name__ == "__main__":
    answer_lines(answer)
