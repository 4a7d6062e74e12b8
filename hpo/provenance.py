"""Which version of the code ran."""

from __future__ import annotations

import importlib.metadata
import platform
import subprocess
from pathlib import Path

PACKAGES = ("torch", "transformers", "datasets", "peft", "ray", "optuna", "mlflow", "hydra-core", "transformer-hpo")


def commit(folder: Path) -> str | None:
    """The git commit of a folder, with `+changes` when files differ from it; None outside a repository."""
    head = _git(folder, "rev-parse", "HEAD")
    if head is None:
        return None
    return f"{head}+changes" if _git(folder, "status", "--porcelain", "--untracked-files=no") else head


def versions() -> dict[str, str]:
    """Versions of what decides a result."""
    return {"python": platform.python_version()} | {name: importlib.metadata.version(name) for name in PACKAGES}


def _git(folder: Path, *arguments: str) -> str | None:
    try:
        done = subprocess.run(["git", *arguments], cwd=folder, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return None
    return done.stdout.strip() if done.returncode == 0 else None
