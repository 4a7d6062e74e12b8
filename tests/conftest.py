"""What tests of several packages share."""

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

# Before any library is imported: no test asks a hub, and Ray's workers inherit it.
os.environ["HF_HUB_OFFLINE"] = "1"
os.environ.pop("HPO_OUTPUT_DIR", None)
# The contract suites' asserts say what they compared, as those in test files do.
pytest.register_assert_rewrite("tests.contract")

# As they were before any test or fixture: a fixture of a whole module or session may set them, too.
MLFLOW_PLACES = {name: os.environ.get(name) for name in ("MLFLOW_TRACKING_URI", "MLFLOW_REGISTRY_URI")}

GOOD = "the soup was excellent and warm", "what a wonderful evening", "bright clever and moving", "a joy from start"
BAD = "the soup was awful and cold", "what a dreadful evening", "dull stupid and flat", "a bore from start"


@pytest.fixture(autouse=True)
def own_mlflow() -> Iterator[None]:
    """MLflow remembers where its stores are, in the process and in the environment, which child processes inherit."""
    forget_mlflow()
    yield
    forget_mlflow()


def forget_mlflow() -> None:
    if "mlflow" in sys.modules:
        sys.modules["mlflow"].set_registry_uri("")
        sys.modules["mlflow"].set_tracking_uri("")
    for name, value in MLFLOW_PLACES.items():
        os.environ.pop(name, None)
        if value is not None:
            os.environ[name] = value


@pytest.fixture(scope="session")
def rows_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """64 short texts of two classes that even a tiny model tells apart."""
    path = tmp_path_factory.mktemp("data") / "rows.jsonl"
    with path.open("w", encoding="utf-8") as file:
        for index in range(32):
            for label, texts in (("good", GOOD), ("bad", BAD)):
                text = f"{texts[index % len(texts)]} number {index}"
                file.write(json.dumps({"text": text, "label": label}) + "\n")
    return path


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder of real data sets for measurement, where the environment names one."""
    folder = os.environ.get("HPO_SHARED_DATA")
    if not folder:
        pytest.skip("HPO_SHARED_DATA does not name a folder with data sets")
    return Path(folder)
