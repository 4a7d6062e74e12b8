from pathlib import Path

import pytest
import torch

from models.errors import InputError
from models.training import precision


def test_probe_agrees_with_the_cpus_flags() -> None:
    cpuinfo = Path("/proc/cpuinfo")
    if not cpuinfo.is_file():
        pytest.skip("no /proc/cpuinfo here")
    flags = {flag for line in cpuinfo.read_text().splitlines() if line.startswith("flags") for flag in line.split()}
    assert ("bf16" in precision.supported(gpu=False)) == bool({"avx512_bf16", "amx_bf16"} & flags)


@pytest.mark.parametrize("has", [True, False])
def test_auto_takes_the_best_and_absent_ones_are_refused(has: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cpu, "_is_avx512_bf16_supported", lambda: has)
    monkeypatch.setattr(torch.cpu, "_is_amx_tile_supported", lambda: False)
    assert precision.choose("auto", gpu=False) == ("bf16" if has else "fp32")
    assert precision.choose("fp32", gpu=False) == "fp32"
    with pytest.raises(InputError, match="fp16 is not computed by this CPU"):
        precision.choose("fp16", gpu=False)
    if not has:
        with pytest.raises(InputError, match="bf16 is not computed by this CPU") as caught:
            precision.choose("bf16", gpu=False)
        assert caught.value.problems[0].where == "train.precision"
