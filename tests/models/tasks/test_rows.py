import numpy as np
import pytest
import torch
from datasets import Dataset
from hypothesis import given
from hypothesis import strategies as st

from models.pretrained import load_tokenizer
from models.spec import TinyModel
from models.tasks import Rows

TOKENIZER = load_tokenizer(TinyModel())


@given(st.lists(st.lists(st.integers(1, 200), min_size=1, max_size=9), min_size=1, max_size=12), st.data())
def test_batch_is_the_rows_padded_on_the_right(ids: list[list[int]], data: st.DataObject) -> None:
    rows = Rows.from_encodings({"input_ids": ids}, TOKENIZER)
    index = np.array(data.draw(st.permutations(range(len(ids)))))
    batch = rows.batch(index)
    longest = max(map(len, ids))
    assert batch["input_ids"].tolist() == [ids[i] + [0] * (longest - len(ids[i])) for i in index]
    assert batch["attention_mask"].tolist() == [[1] * len(ids[i]) + [0] * (longest - len(ids[i])) for i in index]
    assert "labels" not in batch


def test_dataset_columns_are_read_in_the_order_of_its_selection() -> None:
    columns = {"input_ids": [[1], [2, 3], [4, 5, 6]], "token_type_ids": [[0], [0, 1], [0, 1, 1]], "label": [2, 0, 1]}
    rows = Rows.from_dataset(Dataset.from_dict(columns).select([2, 0]), TOKENIZER)
    batch = rows.batch(np.array([0, 1]))
    assert batch["input_ids"].tolist() == [[4, 5, 6], [1, 0, 0]]
    assert batch["token_type_ids"].tolist() == [[0, 1, 1], [0, 0, 0]]
    assert batch["labels"].tolist() == [1, 2]
    assert {tensor.dtype for tensor in batch.values()} == {torch.int64}


def test_rows_without_labels_say_so() -> None:
    with pytest.raises(ValueError, match="no labels"):
        _ = Rows.from_encodings({"input_ids": [[1]]}, TOKENIZER).targets_n
