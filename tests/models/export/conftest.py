from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from models.spec import FileData, FullTuning, ModelSpec, TrainParams, TrainSpec, TuningSpec
from models.training import train
from tests.contract.task_contract import write_rows

Trainer = Callable[..., Path]


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory, cache_dir: str) -> Trainer:
    """Trains a little, so that the head says something; gives the folder of the weights."""

    def make(
        task: str,
        rows: Sequence[Mapping[str, Any]],
        model: ModelSpec,
        tuning: TuningSpec | None = None,
        *,
        steps: int = 6,
        rate: float = 1e-2,
        **data: Any,
    ) -> Path:
        folder = tmp_path_factory.mktemp("trained")
        path = write_rows(folder / "rows.jsonl", rows)
        lengths = {"max_length": 64, "max_target_length": 12, **data}
        spec = TrainSpec(
            data=FileData(source="json", task=task, train=path, validation=path, test_fraction=0.0, **lengths),
            model=model,
            tuning=tuning or FullTuning(),
            train=TrainParams(max_steps=steps, learning_rate=rate, precision="fp32", batch_size=8),
            metric="loss",
            maximize=False,
            cache_dir=cache_dir,
        )
        result = train(spec, None, folder)
        assert result.weights is not None
        return Path(result.weights)

    return make


@pytest.fixture
def readme_code(monkeypatch: pytest.MonkeyPatch) -> Callable[[Path], dict[str, Any]]:
    """Runs the code of an exported folder's README in that folder; gives the names that it defined."""

    def run(folder: Path) -> dict[str, Any]:
        code = (folder / "README.md").read_text(encoding="utf-8").split("```python\n")[1].split("```")[0]
        names: dict[str, Any] = {}
        with monkeypatch.context() as patch:
            patch.chdir(folder)
            exec(code, names)
        return names

    return run
