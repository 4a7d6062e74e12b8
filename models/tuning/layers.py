"""The parameters of a network in order of depth, from the embeddings up to what a task put on top."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from torch import nn

from models.network import Network

EMBEDDINGS = "embeddings"
FOLLOWING = "following"
NEW = "new"
# Parts of names of what lies before the first layer though it is no `nn.Embedding`, as a norm or a projection.
EMBEDDING_PARTS = ("embed",)


@dataclass(frozen=True)
class Group:
    """Parameters of the same depth.

    Attributes:
        name: `embeddings`, `layer 0` and so on, `following` (what comes after the last layer) or `new`.
        parameters: Names in the network.
    """

    name: str
    parameters: tuple[str, ...]

    @property
    def is_layer(self) -> bool:
        """Whether it is one of the stacked layers."""
        return self.name.startswith("layer ")


def depth_groups(network: Network) -> list[Group]:
    """Every parameter in exactly one group, bottom to top; groups without parameters are left out.

    Layers are the members of the outermost `ModuleList`s, in the order in which they are registered: the decoder's
    layers come after the encoder's. Lists of the same module go side by side, as XLM keeps attention and norm of a
    layer in two lists. What follows the encoder's layers (its last norm) belongs to the topmost of them, because the
    decoder reads what it gives out.
    """
    new = network.new_parameters()
    stacks = layer_stacks(network.backbone)
    embedding = _embedding_parameters(network)
    found: dict[str, list[str]] = defaultdict(list)
    current = -1
    last = len(stacks) - 1
    starts = [sum(len(stack) for stack in stacks[:index]) for index in range(len(stacks) + 1)]
    for name, _ in network.named_parameters():
        place = _place(name, stacks)
        if place is not None:
            current = max(current, place[0])
        if name in new:
            group = NEW
        elif place is not None:
            group = f"layer {starts[place[0]] + place[1]}"
        elif name in embedding or (current < 0 and stacks and "final" not in name):
            group = EMBEDDINGS
        elif 0 <= current < last:
            group = f"layer {starts[current + 1] - 1}"
        else:
            group = FOLLOWING
        found[group].append(name)
    order = [EMBEDDINGS, *(f"layer {index}" for index in range(starts[-1])), FOLLOWING, NEW]
    return [Group(name, tuple(found[name])) for name in order if found[name]]


def layer_stacks(backbone: nn.Module) -> list[list[tuple[str, ...]]]:
    """The stacks of layers: for each layer the prefixes, with the trailing dot, of its parameters in the network."""
    outermost: dict[str, list[tuple[str, nn.ModuleList]]] = defaultdict(list)
    seen: list[str] = []
    for name, module in backbone.named_modules(prefix="backbone"):
        if not isinstance(module, nn.ModuleList) or any(name.startswith(prefix) for prefix in seen):
            continue
        seen.append(f"{name}.")
        if any(True for _ in module.parameters()):
            outermost[name.rpartition(".")[0]].append((name, module))
    return [
        [
            tuple(f"{name}.{index}." for name, layers in lists if index < len(layers))
            for index in range(max(len(layers) for _, layers in lists))
        ]
        for lists in outermost.values()
    ]


def _place(name: str, stacks: list[list[tuple[str, ...]]]) -> tuple[int, int] | None:
    for stack, layers in enumerate(stacks):
        for index, prefixes in enumerate(layers):
            if name.startswith(prefixes):
                return stack, index
    return None


def _embedding_parameters(network: Network) -> set[str]:
    """Tables of vectors, and what works on them: their norms and projections."""
    found = {
        name
        for name, _ in network.backbone.named_parameters(prefix="backbone")
        if any(part in name for part in EMBEDDING_PARTS)
    }
    for name, module in network.backbone.named_modules(prefix="backbone"):
        if isinstance(module, nn.Embedding):
            found.add(f"{name}.weight")
        if hasattr(module, "rel_embeddings"):  # DeBERTa norms the vectors of distances, not the layers' output, by it.
            found.update(f"{name}.LayerNorm.{part}" for part in ("weight", "bias"))
    return found
