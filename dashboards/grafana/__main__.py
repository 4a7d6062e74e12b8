"""Writes the boards as Grafana reads them:  python -m dashboards.grafana"""

from __future__ import annotations

import json
from pathlib import Path

from dashboards.grafana.board import Board
from dashboards.grafana.ray import RAY
from dashboards.grafana.sweeps import SWEEPS

BOARDS = {"sweeps.json": SWEEPS, "ray.json": RAY}
FOLDER = Path(__file__).parent / "boards"


def written(board: Board) -> str:
    """The file's text."""
    return json.dumps(board.to_dict(), indent=2, ensure_ascii=False) + "\n"


def main() -> None:
    """Write them."""
    for name, board in BOARDS.items():
        (FOLDER / name).write_text(written(board), encoding="utf-8")


if __name__ == "__main__":
    main()
