import numpy as np
import pytest
import torch
from datasets import Dataset, Features, List, Value
from hypothesis import given
from hypothesis import strategies as st

from models.pretrained import Tokenizers, load_tokenizer
from models.spec import TinyModel
from models.tasks import Rows
from models.tasks.rows import IGNORED, inputs_of

TOKENIZERS = Tokenizers(*[load_tokenizer(TinyModel())] * 2)


@given(st.lists(st.lists(st.integers(1, 200), min_size=1, max_size=9), min_size=1, max_size=12), st.data())
def test_batch_is_the_rows_padded_on_the_right(ids: list[list[int]], data: st.DataObject) -> None:
    rows = Rows.from_columns({"input_ids": ids}, TOKENIZERS)
    index = np.array(data.draw(st.permutations(range(len(ids)))))
    batch = rows.batch(index)
    longest = max(map(len, ids))
    assert batch["input_ids"].tolist() == [ids[i] + [0] * (longest - len(ids[i])) for i in index]
    assert batch["attention_mask"].tolist() == [[1] * len(ids[i]) + [0] * (longest - len(ids[i])) for i in index]
    assert "labels" not in batch


def test_dataset_columns_are_read_in_the_order_of_its_selection() -> None:
    columns = {"input_ids": [[1], [2, 3], [4, 5, 6]], "token_type_ids": [[0], [0, 1], [0, 1, 1]], "labels": [2, 0, 1]}
    rows = Rows.from_dataset(Dataset.from_dict(columns).select([2, 0]), TOKENIZERS)
    batch = rows.batch(np.array([0, 1]))
    assert batch["input_ids"].tolist() == [[4, 5, 6], [1, 0, 0]]
    assert batch["token_type_ids"].tolist() == [[0, 1, 1], [0, 0, 0]]
    assert batch["labels"].tolist() == [1, 2]
    assert {tensor.dtype for tensor in batch.values()} == {torch.int64}


def test_every_kind_of_answer_is_read() -> None:
    columns = {
        "input_ids": [[1], [2, 3]],
        "labels": [[7], [8, 9]],
        "start_positions": [0, 1],
        "words": [[0], [0, 1]],  # The task's own bookkeeping, which no batch needs.
    }
    batch = Rows.from_dataset(Dataset.from_dict(columns), TOKENIZERS).batch(np.array([1, 0]))
    assert batch["labels"].tolist() == [[8, 9], [7, IGNORED]]
    assert batch["start_positions"].tolist() == [1, 0]
    assert batch.keys() == {"input_ids", "attention_mask", "labels", "start_positions"}
    assert inputs_of(batch).keys() == {"input_ids", "attention_mask"}
    assert inputs_of(batch, ("labels",)).keys() == {"input_ids", "attention_mask", "labels"}


def test_several_labels_a_row_stay_together() -> None:
    features = Features({"input_ids": List(Value("int32")), "labels": List(Value("float32"), length=2)})
    columns = {"input_ids": [[1], [2], [3]], "labels": [[1.0, 0.0], [0.0, 0.0], [0.0, 1.0]]}
    rows = Rows.from_dataset(Dataset.from_dict(columns, features), TOKENIZERS)
    assert rows.targets_n.tolist() == columns["labels"]
    assert rows.batch(np.array([2, 0]))["labels"].tolist() == [[0.0, 1.0], [1.0, 0.0]]


def test_used_ids_are_those_of_a_column_and_the_padding() -> None:
    assert Rows.from_columns({"input_ids": [[5, 3], [5, 9, 9]]}, TOKENIZERS).used_ids().tolist() == [0, 3, 5, 9]


def test_rows_without_answers_say_so() -> None:
    with pytest.raises(ValueError, match="no label each"):
        _ = Rows.from_columns({"input_ids": [[1]]}, TOKENIZERS).targets_n
