import pytest
import torch
from torch import nn

from models.training.dropout import ByteDropout, use_byte_dropout


@pytest.mark.parametrize("p", [0.05, 0.1, 0.5, 0.9])
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_share_of_zeros_and_expectation(p: float, dtype: torch.dtype) -> None:
    torch.manual_seed(0)
    y = ByteDropout(p)(torch.ones(1000, 1001, dtype=dtype)).float()
    assert (y == 0).float().mean().item() == pytest.approx(p, abs=0.003)
    assert y.mean().item() == pytest.approx(1.0, abs=0.01)
    assert y.unique().numel() == 2


def test_every_byte_of_a_draw_is_even() -> None:
    """A draw that never sets its sign bit would show in each eighth element."""
    torch.manual_seed(0)
    zeros = (ByteDropout(0.5)(torch.ones(8 * 20_000)) == 0).view(-1, 8).float().mean(0)
    assert zeros.tolist() == pytest.approx([0.5] * 8, abs=0.02)


def test_gradient_passes_where_the_value_did() -> None:
    x = torch.randn(64, 64, requires_grad=True)
    y = ByteDropout(0.25)(x)
    y.sum().backward()
    assert x.grad is not None
    assert torch.equal(x.grad != 0, y != 0)
    assert x.grad.unique().tolist() == pytest.approx([0.0, 4 / 3])


def test_same_seed_same_zeros_and_none_in_evaluation() -> None:
    layer, x = ByteDropout(0.1), torch.randn(5, 7)
    draws = []
    for _ in range(2):
        torch.manual_seed(3)
        draws.append(layer(x))
    assert torch.equal(*draws)
    assert not torch.equal(layer(x), draws[0])
    assert layer.eval()(x) is x
    assert ByteDropout(0.0)(x) is x


def test_replaces_dropout_wherever_it_is_and_nothing_else() -> None:
    model = nn.Sequential(nn.Linear(2, 2), nn.Dropout(0.2), nn.Sequential(nn.Dropout(0.4), nn.ReLU()))
    use_byte_dropout(model)
    assert [type(m).__name__ for m in model.modules() if not isinstance(m, nn.Sequential)] == [
        "Linear",
        "ByteDropout",
        "ByteDropout",
        "ReLU",
    ]
    assert model[2][0].dropped == 102
