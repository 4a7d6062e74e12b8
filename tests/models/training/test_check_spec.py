import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from models.data import prepare
from models.errors import InputError
from models.spec import FileData, HubModel, LoraTuning, TinyModel, TrainParams, TrainSpec
from models.training import check_rows, check_spec, train

Make = Callable[..., TrainSpec]


def test_good_specification(spec_of: Make) -> None:
    assert check_spec(spec_of()) == []


@pytest.mark.parametrize(
    ("changes", "where", "says"),
    [
        ({"metric": "acuracy"}, "sweep.metric", "did you mean accuracy?"),
        ({"metric": "rouge"}, "sweep.metric", "accuracy, macro_f1, mcc, f1, loss"),
        ({"metric": "loss", "maximize": True}, "sweep.direction", "must be minimized"),
        ({"learning_rate": 0.0}, "train.learning_rate", "> 0"),
        ({"tuning": LoraTuning(rank=0)}, "tuning.rank", ">= 1"),
        ({"tuning": LoraTuning(targets=["nope"])}, "tuning.targets", "'nope'"),
        ({"model": TinyModel(heads=5)}, "model.hidden_size", "multiple"),
        ({"model": HubModel(name="x", id="/no/such/folder")}, "model.id", "does not exist"),
        ({"precision": "fp16"}, "train.precision", "fp16"),
    ],
)
def test_early_messages(spec_of: Make, changes: dict[str, object], where: str, says: str) -> None:
    (problem,) = check_spec(spec_of(**changes))
    assert problem.where == where
    assert says in str(problem)


def test_inputs_longer_than_the_model_knows(spec_of: Make) -> None:
    spec = spec_of()
    (problem,) = check_spec(replace(spec, data=replace(spec.data, max_length=600)))
    assert problem.where == "data.max_length"
    assert "at most 512" in problem.message


def test_all_problems_together(spec_of: Make) -> None:
    params = TrainParams(batch_size=0, warmup_fraction=1.0, precision="fp16")
    spec = spec_of(metric="f2", model=TinyModel(heads=5), tuning=LoraTuning(rank=0), train=params)
    found = {problem.where for problem in check_spec(spec)}
    expected = "sweep.metric model.hidden_size tuning.rank train.batch_size train.warmup_fraction train.precision"
    assert found == set(expected.split())


def test_f1_is_of_two_classes(spec_of: Make, tmp_path: Path) -> None:
    path = tmp_path / "three.jsonl"
    rows = [{"text": f"text {index}", "label": f"class {index % 3}"} for index in range(12)]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    spec = spec_of(metric="f1")
    assert check_rows(spec, prepare(spec.data, spec.model, spec.cache_dir)) == []
    three = replace(spec, data=FileData(source="json", train=str(path), validation=str(path), test_fraction=0.0))
    (problem,) = check_rows(three, prepare(three.data, three.model, three.cache_dir))
    assert (problem.where, "3" in problem.message) == ("sweep.metric", True)
    with pytest.raises(InputError, match="two classes"):
        train(three)
