"""Writes the report of a sweep into its folder."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from dashboards.report.content import report
from dashboards.report.html import to_html
from dashboards.report.markdown import to_markdown
from hpo.results import Look

FORMATS = {"html": to_html, "md": to_markdown}


def write_report(look: Look, kind: str = "html", path: Path | None = None) -> Path:
    """Write it in one piece; an older one is replaced.

    Args:
        look: The sweep.
        kind: `html` or `md`.
        path: The file; None: `report.html` or `report.md` in the sweep's folder.

    Returns:
        The file.

    Raises:
        OSError: It cannot be written.
    """
    path = path or Path(look.about["sweep_dir"]) / f"report.{kind}"
    path.parent.mkdir(parents=True, exist_ok=True)
    text = FORMATS[kind](report(look))
    with tempfile.NamedTemporaryFile("w", dir=path.parent, delete=False, suffix=".tmp", encoding="utf-8") as file:
        file.write(text)
    Path(file.name).chmod(0o644)
    os.replace(file.name, path)  # noqa: PTH105  # atomic, also over an older one
    return path
