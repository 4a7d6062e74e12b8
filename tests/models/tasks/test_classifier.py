import numpy as np
import pytest
import torch

from models.pretrained import load_tokenizer
from models.spec import TinyModel
from models.tasks import Rows, TextClassification
from models.tasks.infer import logits_of
from models.tasks.pooling import cls_pooling, mean_pooling

TEXTS = ["a", "some longer text", "bb", "the longest of all these texts, by far", "mid size"]


def test_pooling_by_hand() -> None:
    hidden = torch.arange(12, dtype=torch.float32).reshape(2, 3, 2)
    mask = torch.tensor([[1, 1, 0], [1, 0, 0]])
    assert mean_pooling(hidden, mask).tolist() == [[1.0, 2.0], [6.0, 7.0]]
    assert cls_pooling(hidden, mask).tolist() == [[0.0, 1.0], [6.0, 7.0]]


def test_head_depends_on_the_seed_only() -> None:
    task, model = TextClassification(), TinyModel()
    torch.manual_seed(1)
    first = task.build(model, ("x", "y"), seed=3).head.weight
    torch.manual_seed(2)
    assert torch.equal(first, task.build(model, ("x", "y"), seed=3).head.weight)
    assert not torch.equal(first, task.build(model, ("x", "y"), seed=4).head.weight)


@pytest.mark.parametrize("pooling", ["cls", "mean"])
def test_batched_logits_are_the_plain_ones(pooling: str) -> None:
    tokenizer = load_tokenizer(TinyModel())
    model = TextClassification().build(TinyModel(pooling=pooling), ("x", "y", "z"), seed=0)
    model.train()
    rows = Rows.from_encodings({"input_ids": tokenizer(TEXTS)["input_ids"]}, tokenizer)
    batched = logits_of(model, rows, batch_size=2, device=torch.device("cpu"))
    assert model.training
    model.eval()
    with torch.no_grad():
        plain = np.concatenate([model(**rows.batch(np.array([index]))).numpy() for index in range(len(TEXTS))])
    assert batched == pytest.approx(plain, abs=1e-5)
    assert np.ptp(plain[:, 0]) > 1e-3  # Else any order would pass.
