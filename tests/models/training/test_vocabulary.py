from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from models.pretrained import Tokenizers, load_backbone, load_tokenizer
from models.spec import TinyModel
from models.tasks import TASKS, Rows
from models.training.vocabulary import UsedEmbedding, keep_used_words

IDS = [[1, 30, 31, 2], [1, 40, 2]]
TOKENIZER = load_tokenizer(TinyModel())
TOKENIZERS = Tokenizers(TOKENIZER, TOKENIZER)


def built(dropout: float | None = None) -> Any:
    task, model = TASKS["text_classification"], TinyModel(dropout=dropout)
    backbone = load_backbone(model, task.kind, TOKENIZERS)
    network = task.network(backbone, {"labels": ["x", "y"]}, "cls", dropout)
    task.reset_new(network, seed=0)
    return network


def rows_of(ids: list[list[int]]) -> Rows:
    return Rows.from_columns({"input_ids": ids}, TOKENIZERS)


def trained(compact: bool) -> dict[str, torch.Tensor]:
    model = built(dropout=0.0)
    rows = rows_of(IDS)
    if compact:
        keep_used_words(model, (rows,))
        assert isinstance(model.backbone.get_input_embeddings(), UsedEmbedding)
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-2, weight_decay=0.5)
    for _ in range(5):
        model(**rows.batch(np.array([0, 1])))[:, 0].square().sum().backward()
        optimizer.step()
        optimizer.zero_grad()
    return dict(model.state_dict())


def test_result_is_the_plain_one_with_the_decay_of_unused_words() -> None:
    plain, compact = trained(compact=False), trained(compact=True)
    assert plain.keys() == compact.keys()
    for name, tensor in plain.items():
        assert torch.allclose(tensor, compact[name], atol=1e-5), name
    words = "backbone.embeddings.word_embeddings.weight"
    fresh = built().state_dict()[words]
    assert torch.allclose(compact[words][100], fresh[100] * (1 - 1e-2 * 0.5) ** 5, atol=1e-6)
    assert not torch.allclose(compact[words][30], fresh[30] * (1 - 1e-2 * 0.5) ** 5, atol=1e-3)


def test_only_used_words_are_parameters() -> None:
    model = built()
    keep_used_words(model, (rows_of(IDS),))
    assert model.backbone.get_input_embeddings().weight.shape == (len({0, 1, 2, 30, 31, 40}) + 1, 32)


@pytest.mark.parametrize("case", ["frozen", "all words in use"])
def test_nothing_is_done_where_it_gains_nothing(case: str) -> None:
    model = built()
    ids = IDS if case == "frozen" else [list(range(200))]
    model.requires_grad_(case != "frozen")
    keep_used_words(model, (rows_of(ids),))
    assert type(model.backbone.get_input_embeddings()) is nn.Embedding
