"""What the worker processes of a cluster get along: this project's code, and settings for their environment."""

from __future__ import annotations

import importlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

SHIPPED = ("hpo", "models", "conf")
# Where models and data sets come from. Secrets are not passed on: Ray shows and logs what is.
PASSED_ON = ("HF_HUB_OFFLINE", "HF_HOME", "HF_ENDPOINT")


def code_for_workers(settings: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Ray's runtime environment for a sweep on a cluster.

    The packages of this process are zipped (1 MiB), uploaded once by their content's hash and put in front of what a
    node has installed, so that all nodes run the driver's code. The nodes need the dependencies, not the project.

    Args:
        settings: Environment variables of the worker processes.

    Returns:
        What `ray.init(address=…, runtime_env=…)` takes.
    """
    passed = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    return {
        "py_modules": [str(_folder(name)) for name in SHIPPED],
        "excludes": ["**/__pycache__"],
        "env_vars": passed | dict(settings or {}),
    }


def _folder(package: str) -> Path:
    file = importlib.import_module(package).__file__
    assert file is not None  # each has an __init__.py
    return Path(file).resolve().parent
