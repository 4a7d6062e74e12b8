"""Poolings, heads, and logits in batches."""

import numpy as np
import pytest
import torch

from models.network import Network
from models.pretrained import Tokenizers, load_backbone, load_tokenizer
from models.spec import TinyModel
from models.tasks import Rows, TextClassification
from models.tasks.infer import logits_of
from models.tasks.pooling import POOLINGS

TEXTS = ["a", "some longer text", "bb", "the longest of all these texts, by far", "mid size", "中文也行"]
TOKENIZERS = Tokenizers(*[load_tokenizer(TinyModel())] * 2)


def network(pooling: str, seed: int) -> Network:
    task, backbone = TextClassification(), load_backbone(TinyModel(), "encoder", TOKENIZERS)
    made = task.network(backbone, {"labels": ["x", "y", "z"]}, pooling, None)
    task.reset_new(made, seed)
    return made


@pytest.mark.parametrize(
    ("pooling", "by_hand"),
    [
        ("cls", [[0.0, 1.0], [6.0, 7.0]]),
        ("mean", [[1.0, 2.0], [6.0, 7.0]]),
        ("max", [[2.0, 3.0], [6.0, 7.0]]),
        ("last", [[2.0, 3.0], [6.0, 7.0]]),
    ],
)
def test_pooling_by_hand(pooling: str, by_hand: list[list[float]]) -> None:
    hidden_blh = torch.arange(12, dtype=torch.float32).reshape(2, 3, 2)
    mask_bl = torch.tensor([[1, 1, 0], [1, 0, 0]])
    assert POOLINGS[pooling](hidden_blh, mask_bl).tolist() == by_hand


def test_head_depends_on_the_seed_only() -> None:
    torch.manual_seed(1)
    first = network("cls", 3).head.weight
    torch.manual_seed(2)
    assert torch.equal(first, network("cls", 3).head.weight)
    assert not torch.equal(first, network("cls", 4).head.weight)


@pytest.mark.parametrize("pooling", list(POOLINGS))
def test_batched_logits_are_the_plain_ones(pooling: str) -> None:
    model = network(pooling, 0)
    model.train()
    rows = Rows.from_columns({"input_ids": TOKENIZERS.source(TEXTS)["input_ids"]}, TOKENIZERS)
    batched_nk = logits_of(model, rows, batch_size=2, device=torch.device("cpu"))
    assert model.training
    model.eval()
    with torch.no_grad():
        plain_nk = np.concatenate([model(**rows.batch(np.array([index]))).numpy() for index in range(len(TEXTS))])
    assert batched_nk == pytest.approx(plain_nk, abs=1e-5)
    assert np.ptp(plain_nk[:, 0]) > 1e-3  # Else any order would pass.
