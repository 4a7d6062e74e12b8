import time
from collections import Counter

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn import functional
from transformers import BertConfig, BertModel

from models.spec import TrainParams
from models.training.augment import Mixup, augment_batch, check_augmentation

PAD, CLS, SEP = 1, 2, 3
SPECIAL = np.array([0, PAD, CLS, SEP])
SEGMENT = st.lists(st.integers(10, 40), max_size=12)
PAIRS = st.lists(st.tuples(SEGMENT, SEGMENT), min_size=1, max_size=6)
Pairs = list[tuple[list[int], list[int]]]


def batch_of(pairs: Pairs) -> dict[str, torch.Tensor]:
    """[CLS] a [SEP] b [SEP], padded on the right, with segments and labels."""
    ids = [[CLS, *a, SEP, *b, SEP] for a, b in pairs]
    types = [[0] * (len(a) + 2) + [1] * (len(b) + 1) for a, b in pairs]
    longest = max(map(len, ids))
    return {
        "input_ids": torch.tensor([row + [PAD] * (longest - len(row)) for row in ids]),
        "attention_mask": torch.tensor([[1] * len(row) + [0] * (longest - len(row)) for row in ids]),
        "token_type_ids": torch.tensor([row + [0] * (longest - len(row)) for row in types]),
        "labels": torch.arange(len(pairs)),
    }


def pairs_of(batch: dict[str, torch.Tensor]) -> Pairs:
    """The segments again; fails where a special token is missing or misplaced."""
    pairs = []
    for ids, mask, types in zip(batch["input_ids"], batch["attention_mask"], batch["token_type_ids"], strict=True):
        length = int(mask.sum())
        assert mask.tolist() == [1] * length + [0] * (len(mask) - length)
        assert ids[length:].tolist() == [PAD] * (len(mask) - length)
        row = ids[:length].tolist()
        middle = row.index(SEP)
        assert (row[0], row[-1], row.count(SEP)) == (CLS, SEP, 2)
        assert types.tolist() == [0] * (middle + 1) + [1] * (length - middle - 1) + [0] * (len(mask) - length)
        pairs.append((row[1:middle], row[middle + 1 : -1]))
    return pairs


def is_subsequence(part: list[int], whole: list[int]) -> bool:
    rest = iter(whole)
    return all(token in rest for token in part)


@given(PAIRS, st.floats(0.01, 0.99), st.integers(0, 99), st.booleans())
def test_swap_permutes_within_each_segment(pairs: Pairs, swap: float, seed: int, has_types: bool) -> None:
    batch = batch_of(pairs)
    types = batch["token_type_ids"]
    given_batch = batch if has_types else {name: batch[name] for name in batch if name != "token_type_ids"}
    found = augment_batch(given_batch, SPECIAL, 0.0, swap, np.random.default_rng(seed), pad_id=PAD)
    swapped = pairs_of({"token_type_ids": types, **found})
    for before, after in zip(pairs, swapped, strict=True):
        assert [Counter(segment) for segment in before] == [Counter(segment) for segment in after]


@given(PAIRS, st.floats(0.01, 0.99), st.integers(0, 99))
def test_deletion_keeps_order_and_one_token_a_row(pairs: Pairs, deletion: float, seed: int) -> None:
    batch = batch_of(pairs)
    found = augment_batch(batch, SPECIAL, deletion, 0.0, np.random.default_rng(seed), pad_id=PAD)
    for (a, b), (left_a, left_b) in zip(pairs, pairs_of(found), strict=True):
        assert is_subsequence(left_a, a)
        assert is_subsequence(left_b, b)
        assert bool(left_a + left_b) == bool(a + b)
    assert found["input_ids"].shape[1] == found["attention_mask"].sum(dim=1).max()
    assert found["labels"] is batch["labels"]


@given(PAIRS, st.floats(0, 0.9), st.floats(0, 0.9), st.integers(0, 99))
def test_generator_alone_decides(pairs: Pairs, deletion: float, swap: float, seed: int) -> None:
    batch = batch_of(pairs)
    before = {name: tensor.clone() for name, tensor in batch.items()}
    first, second = (
        augment_batch(batch, SPECIAL, deletion, swap, np.random.default_rng(seed), pad_id=PAD) for _ in range(2)
    )
    for name, tensor in before.items():
        assert torch.equal(batch[name], tensor)
        assert torch.equal(first[name], second[name])
        assert first[name].dtype == tensor.dtype


def test_shares_are_the_asked_ones() -> None:
    tokens = list(range(10, 40))
    batch = batch_of([(tokens[:7], tokens[7:])] * 400)
    rng = np.random.default_rng(0)
    deleted = pairs_of(augment_batch(batch, SPECIAL, 0.2, 0.0, rng, pad_id=PAD))
    assert 1 - sum(len(a + b) for a, b in deleted) / (400 * 30) == pytest.approx(0.2, abs=0.02)
    swapped = pairs_of(augment_batch(batch, SPECIAL, 0.0, 0.2, rng, pad_id=PAD))
    moved = sum(token != old for a, b in swapped for token, old in zip(a + b, tokens, strict=True))
    assert moved / (400 * 30) == pytest.approx(0.2, abs=0.02)


def test_takes_less_than_a_millisecond() -> None:
    batch = batch_of([(list(range(10, 40)), list(range(10, 41)))] * 16)
    assert batch["input_ids"].shape == (16, 64)
    rng = np.random.default_rng(0)
    times_s = []
    for _ in range(30):
        start = time.perf_counter()
        augment_batch(batch, SPECIAL, 0.1, 0.1, rng, pad_id=PAD)
        times_s.append(time.perf_counter() - start)
    assert min(times_s) < 1e-3


def bert() -> BertModel:
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=50,
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
        pad_token_id=PAD,
    )
    return BertModel(config).eval()


def hidden_of(model: BertModel, batch: dict[str, torch.Tensor]) -> torch.Tensor:
    names = ("input_ids", "attention_mask", "token_type_ids")
    hidden_blh: torch.Tensor = model(**{name: batch[name] for name in names if name in batch}).last_hidden_state
    return hidden_blh


BATCH = batch_of([([11, 12, 13], [14]), ([15], [16, 17, 18, 19]), ([20], [21])])


@pytest.mark.parametrize("seed", range(3))
def test_mixup_is_the_mixed_embeddings_given_outright(seed: int) -> None:
    model, rng = bert(), np.random.default_rng(seed)
    share, other = rng.beta(0.4, 0.4), torch.from_numpy(rng.permutation(3))
    embedded_blh = model.get_input_embeddings()(BATCH["input_ids"])
    mask_bl = (BATCH["attention_mask"] + BATCH["attention_mask"][other]).clamp(max=1)
    with torch.no_grad():
        wanted_blh = model(
            inputs_embeds=share * embedded_blh + (1 - share) * embedded_blh[other],
            attention_mask=mask_bl,
            token_type_ids=BATCH["token_type_ids"],
        ).last_hidden_state
        mixup = Mixup(model.get_input_embeddings(), 0.4)
        batch = mixup.paired(BATCH, np.random.default_rng(seed))
        with mixup.mixing(batch) as inputs:
            mixed_blh = hidden_of(model, inputs)
    assert torch.equal(inputs["attention_mask"], mask_bl)
    assert inputs.keys() == BATCH.keys()
    assert torch.allclose(mixed_blh, wanted_blh, atol=1e-6)
    logits_bk = mixed_blh[:, 0]
    loss = mixup.loss(batch, lambda one: functional.cross_entropy(logits_bk, one["labels"], reduction="sum"))
    mixed_labels_bk = share * functional.one_hot(BATCH["labels"], 16) + (1 - share) * functional.one_hot(
        BATCH["labels"][other], 16
    )
    assert float(loss) == pytest.approx(
        float(functional.cross_entropy(logits_bk, mixed_labels_bk.float()) * 3), rel=1e-5
    )


def test_mixup_leaves_nothing_behind() -> None:
    model = bert()
    with torch.no_grad():
        plain_blh = hidden_of(model, BATCH)
        mixup = Mixup(model.get_input_embeddings(), 1.0)
        with mixup.mixing(mixup.paired(BATCH, np.random.default_rng(1))) as inputs:
            assert not torch.allclose(hidden_of(model, inputs), plain_blh, atol=1e-3)
        with (
            pytest.raises(RuntimeError, match="out of memory"),
            mixup.mixing(mixup.paired(BATCH, np.random.default_rng(2))),
        ):
            raise RuntimeError("out of memory")
        assert torch.equal(hidden_of(model, BATCH), plain_blh)


def test_gradients_reach_both_rows() -> None:
    model = bert()
    mixup = Mixup(model.get_input_embeddings(), 1.0)
    with mixup.mixing(mixup.paired(BATCH, np.random.default_rng(1))) as inputs:
        hidden_blh = hidden_of(model, inputs)
    hidden_blh[0].square().sum().backward()
    gradient = model.get_input_embeddings().weight.grad
    assert gradient is not None
    touched = set(gradient.abs().sum(dim=1).nonzero().flatten().tolist())
    rows = [set(a + b) for a, b in pairs_of(BATCH)]
    assert rows[0] < touched
    assert sum(row <= touched for row in rows) == 2


def test_mixup_needs_a_share() -> None:
    with pytest.raises(ValueError, match="above 0"):
        Mixup(torch.nn.Embedding(2, 2), 0.0)


def test_only_tasks_with_one_answer_a_text_are_augmented() -> None:
    params = TrainParams(token_deletion=0.1, token_swap=0.2, mixup_alpha=0.4)
    for task in ("text_classification", "multi_label_classification", "regression"):
        assert check_augmentation(task, params) == []
    found = check_augmentation("question_answering", params)
    assert [problem.where for problem in found] == ["train.token_deletion", "train.token_swap", "train.mixup_alpha"]
    assert "0.2" in str(found[1])
    assert "question_answering" in str(found[1])
    assert check_augmentation("language_modeling", TrainParams()) == []
