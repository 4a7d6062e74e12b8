"""The attention that is written out, against two independent implementations of torch."""

import pytest
import torch
from torch import nn
from torch.nn import functional

from models.networks.attention import SelfAttention, attend

WIDTH, HEADS, ROWS, LENGTH = 12, 3, 4, 7


def hidden() -> torch.Tensor:
    return torch.randn(ROWS, LENGTH, WIDTH, generator=torch.Generator().manual_seed(0))


def padding() -> torch.Tensor:
    """Rows of 7, 4 and 1 tokens, and one that is filled up on the left."""
    real_bl = torch.ones(ROWS, LENGTH, dtype=torch.bool)
    real_bl[1, 4:] = real_bl[2, 1:] = real_bl[3, :3] = False
    return real_bl


@pytest.mark.parametrize("padded", [False, True])
def test_equals_scaled_dot_product_attention_with_its_gradients(padded: bool) -> None:
    real_bl = padding() if padded else None
    results = []
    for ours in (True, False):
        generator = torch.Generator().manual_seed(1)
        parts = [torch.randn(ROWS, HEADS, LENGTH, 4, generator=generator, dtype=torch.float64) for _ in range(3)]
        parts = [part.requires_grad_() for part in parts]
        if ours:
            output = attend(*parts, real_bl)
        else:
            mask = None if real_bl is None else real_bl[:, None, None, :]
            output = functional.scaled_dot_product_attention(*parts, attn_mask=mask)
        output.sin().sum().backward()
        results.append([output, *(part.grad for part in parts)])
    for mine, theirs in zip(*results, strict=True):
        torch.testing.assert_close(mine, theirs, atol=1e-6, rtol=1e-5)  # Our softmax is in fp32.


def pair() -> tuple[SelfAttention, nn.MultiheadAttention]:
    torch.manual_seed(0)
    ours, theirs = SelfAttention(WIDTH, HEADS, 0.0), nn.MultiheadAttention(WIDTH, HEADS, batch_first=True)
    parts = (ours.query, ours.key, ours.value)
    with torch.no_grad():
        theirs.in_proj_weight.copy_(torch.cat([part.weight for part in parts]))
        theirs.in_proj_bias.copy_(torch.cat([part.bias for part in parts]))
        theirs.out_proj.weight.copy_(ours.output.weight)
        theirs.out_proj.bias.copy_(ours.output.bias)
    return ours, theirs


@pytest.mark.parametrize("padded", [False, True])
def test_equals_multihead_attention_with_the_same_weights_and_its_gradients(padded: bool) -> None:
    ours, theirs = pair()
    real_bl = padding() if padded else None
    mine, other = hidden().requires_grad_(), hidden().requires_grad_()
    output = ours(mine, real_bl)
    mask = None if real_bl is None else ~real_bl
    expected, _ = theirs(other, other, other, key_padding_mask=mask, need_weights=False)
    torch.testing.assert_close(output, expected, atol=1e-6, rtol=1e-5)
    output.sin().sum().backward()
    expected.sin().sum().backward()
    assert mine.grad is not None
    torch.testing.assert_close(mine.grad, other.grad, atol=1e-6, rtol=1e-5)
    weights = torch.cat([part.weight.grad for part in (ours.query, ours.key, ours.value)])
    torch.testing.assert_close(weights, theirs.in_proj_weight.grad, atol=1e-5, rtol=1e-4)
    torch.testing.assert_close(ours.output.weight.grad, theirs.out_proj.weight.grad, atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float16])
def test_row_without_tokens_stays_finite_and_leaves_the_others_alone(dtype: torch.dtype) -> None:
    ours = pair()[0].to(dtype)
    real_bl = padding()
    before = ours(hidden().to(dtype), real_bl)
    real_bl[1] = False
    values = hidden().to(dtype).requires_grad_()
    output = ours(values, real_bl)
    output.float().sum().backward()
    assert output.dtype == dtype
    assert output.isfinite().all()
    assert values.grad is not None
    assert values.grad.isfinite().all()
    assert torch.equal(output[[0, 2, 3]], before[[0, 2, 3]])


def test_dropout_acts_on_the_weights_while_training_only() -> None:
    attention = SelfAttention(WIDTH, HEADS, 0.5)
    assert not torch.equal(attention(hidden()), attention(hidden()))
    attention.eval()
    assert torch.equal(attention(hidden()), attention(hidden()))


def test_heads_must_divide_the_width() -> None:
    with pytest.raises(ValueError, match="5 heads and a width of 12"):
        SelfAttention(WIDTH, 5, 0.0)
