"""Low-rank updates of chosen linear layers (Hu et al. 2021, arXiv:2106.09685), and DoRA, through peft."""

from __future__ import annotations

from typing import Any, ClassVar, cast

from peft import LoraConfig

from models.network import Network
from models.spec import LoraTuning, TuningSpec
from models.tuning.adapters import Adapters, exactly
from models.tuning.targets import chosen, pretrained_linears, query_value


class Lora(Adapters):
    """The backbone is frozen but for low-rank updates; their first matrix begins at random, the second at zero."""

    name: ClassVar[str] = "lora"
    use_dora: ClassVar[bool] = False

    def known_targets(self, network: Network) -> list[str]:
        """Query and value projections of every attention, cross-attention too."""
        return query_value(pretrained_linears(network))

    def adapter_config(self, network: Network, spec: TuningSpec) -> Any:
        """Rank, scale, dropout and the layers to adapt."""
        lora = cast(LoraTuning, spec)
        return LoraConfig(
            r=lora.rank,
            lora_alpha=lora.alpha,
            lora_dropout=lora.dropout,
            use_dora=self.use_dora,
            target_modules=exactly(chosen(network, lora.targets, self.known_targets(network))),
        )


class Dora(Lora):
    """LoRA with each weight's magnitude trained apart from its direction (Liu et al. 2024, arXiv:2402.09353)."""

    name: ClassVar[str] = "dora"
    use_dora: ClassVar[bool] = True
