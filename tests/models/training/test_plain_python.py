"""`models` trains in a plain Python loop, without the search's libraries; a fresh process gives the same bits."""

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

BLOCKED = {"ray", "optuna", "mlflow", "hydra", "omegaconf"}

class Block:  # transformers and accelerate ask whether these are installed; nobody may import them.
    def find_spec(self, name, path=None, target=None):
        return ModuleSpec(name, self) if name.split(".")[0] in BLOCKED else None

    def create_module(self, spec):
        raise ImportError(f"{spec.name} is blocked")

    def exec_module(self, module):
        pass

sys.meta_path.insert(0, Block())
from models.predict import Predictor
from models.spec import FileData, FullTuning, TinyModel, TrainParams, TrainSpec
from models.training import train

data, params, cache = eval(sys.argv[1])
spec = TrainSpec(FileData(**data), TinyModel(dropout=0.0), FullTuning(), TrainParams(**params), cache_dir=cache)
print(train(spec).evaluations[-1].metrics["loss"].hex())
assert not BLOCKED & set(sys.modules)
"""


def test_trains_without_the_search_and_gives_the_same_bits(spec_of: Callable[..., TrainSpec]) -> None:
    spec = spec_of()
    arguments = repr((asdict(spec.data), asdict(spec.train), spec.cache_dir))
    command = [sys.executable, "-c", SCRIPT, arguments]
    root = Path(__file__).parents[3]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == train(spec).evaluations[-1].metrics["loss"].hex()
