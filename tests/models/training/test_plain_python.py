"""`models` trains, predicts and runs its baselines without the search's libraries; a new process, the same bits."""

import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from models.spec import TrainSpec
from models.training import train

SCRIPT = """
import sys
from importlib.machinery import ModuleSpec
from pathlib import Path

BLOCKED = {"ray", "optuna", "mlflow", "hydra", "omegaconf"}

class Block:  # transformers and accelerate ask whether these are installed; nobody may import them.
    def find_spec(self, name, path=None, target=None):
        return ModuleSpec(name, self) if name.split(".")[0] in BLOCKED else None

    def create_module(self, spec):
        raise ImportError(f"{spec.name} is blocked")

    def exec_module(self, module):
        pass

sys.meta_path.insert(0, Block())
from models.baselines.base import run_baselines
from models.data import prepare
from models.predict import Predictor
from models.spec import FileData, FullTuning, TinyModel, TrainParams, TrainSpec
from models.training import train

data, params, cache, out = eval(sys.argv[1])
spec = TrainSpec(FileData(**data), TinyModel(dropout=0.0), FullTuning(), TrainParams(**params), cache_dir=cache)
result = train(spec, None, Path(out))
print(result.evaluations[-1].metrics["loss"].hex())
print(*(found["label"] for found in Predictor.load(result.weights).predict(["good joy", "bad"])))
baselines = run_baselines("text_classification", prepare(spec.data, spec.model, cache))
print(*(baseline.metrics["accuracy"] for baseline in baselines))
assert not BLOCKED & set(sys.modules)
"""


def test_trains_without_the_search_and_gives_the_same_bits(spec_of: Callable[..., TrainSpec], tmp_path: Path) -> None:
    spec = spec_of(epochs=8, learning_rate=5e-3)
    arguments = repr((asdict(spec.data), asdict(spec.train), spec.cache_dir, str(tmp_path)))
    command = [sys.executable, "-c", SCRIPT, arguments]
    root = Path(__file__).parents[3]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    loss, labels, baselines = done.stdout.splitlines()
    assert loss == train(spec).evaluations[-1].metrics["loss"].hex()
    assert labels == "up down"
    trivial, better = map(float, baselines.split())
    assert trivial < better
