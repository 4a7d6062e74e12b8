"""The picture of a sweep's best model: what it gets right and wrong, with its worst mistakes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

PICTURE = "picture.json"
VERSION = 2  # Of the file.


def read_picture(sweep_dir: Path) -> dict[str, Any] | None:
    """What `picture.json` of a sweep's folder holds; None: there is none, or none that this code can read.

    It has texts of the validation rows.
    """
    try:
        found = json.loads((sweep_dir / PICTURE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) and found.get("version") == VERSION else None
