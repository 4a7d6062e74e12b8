"""Weights in 4 bits. What can be shown without a CUDA device is shown without."""

from importlib.util import find_spec

import pytest
import torch
from torch import nn

from models.errors import InputError
from models.spec import QloraTuning
from models.tuning import TUNINGS
from models.tuning.lora import Lora
from models.tuning.qlora import quantizable, quantize
from tests.models.tuning.nets import network, outputs, train

SPEC = QloraTuning(rank=2)
needs_package = pytest.mark.skipif(find_spec("bitsandbytes") is None, reason="bitsandbytes is not installed")


@pytest.mark.skipif(torch.cuda.is_available(), reason="shows what is said without a CUDA device")
def test_without_a_cuda_device_it_is_told() -> None:
    (problem,) = TUNINGS["qlora"].check(SPEC, network("bert", meta=True))
    assert problem.where == "tuning.name"
    assert "needs a CUDA device and the package bitsandbytes" in problem.message
    with pytest.raises(InputError, match="CUDA"):
        TUNINGS["qlora"].apply(network("bert"), SPEC)


def test_wrong_layers_are_told_as_well() -> None:
    problems = TUNINGS["qlora"].check(QloraTuning(targets=["qeury"]), network("bert", meta=True))
    assert "tuning.targets" in [problem.where for problem in problems]


def test_which_layers_are_kept_in_4_bits() -> None:
    bert = network("bert", meta=True)
    assert len(quantizable(bert)) == 2 * 6
    assert all(isinstance(bert.backbone.get_submodule(name), nn.Linear) for name in quantizable(bert))
    assert "lm_head" not in quantizable(network("llama", meta=True))
    assert not any(name.endswith(".wo") for name in quantizable(network("t5", meta=True)))
    assert not any("crossattention" in name for name in quantizable(network("joined", meta=True)))
    messages = [problem.message for problem in TUNINGS["qlora"].check(SPEC, network("gpt2", meta=True))]
    assert any("has none" in message for message in messages)


@needs_package
@pytest.mark.parametrize("kind", ["bert", "llama", "t5", "joined"])
def test_saved_weights_are_what_4_bits_stand_for_with_the_updates(kind: str) -> None:
    made = network(kind)
    quantize(made, torch.device("cpu"))
    rounded = outputs(made)
    # The part of `apply` that comes after quantizing, which asks for no device.
    Lora().apply(made, SPEC)
    assert torch.allclose(outputs(made), rounded, atol=1e-5)
    train(made)
    state = TUNINGS["qlora"].deployable_state(made)
    restored = network(kind)
    restored.load_state_dict(state, strict=True)
    assert torch.allclose(outputs(restored), outputs(made), atol=1e-4)
    assert not torch.allclose(outputs(restored), rounded, atol=1e-2)


@pytest.mark.gpu
@needs_package
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_on_a_cuda_device_from_apply_to_saved_weights() -> None:
    tuning = TUNINGS["qlora"]
    assert tuning.check(SPEC, network("bert", meta=True)) == []
    made = tuning.apply(network("bert"), SPEC)
    assert sum(type(module).__name__ == "Linear4bit" for module in made.modules()) >= 12
    state = {name: value.cpu() for name, value in tuning.deployable_state(made).items()}
    restored = network("bert")
    restored.load_state_dict(state, strict=True)
    # 4 bits stand for weights that are near the first ones.
    assert torch.allclose(outputs(restored), outputs(network("bert")), atol=0.1)
