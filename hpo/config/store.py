"""Registers the schema with Hydra, so that every YAML file and every override is checked against it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hydra.core.config_store import ConfigStore
from omegaconf import Container, DictConfig, OmegaConf

import conf
from hpo.config.schema import Config, LocalTracking, ServerTracking
from hpo.samplers import SPECS as SAMPLERS
from hpo.schedulers import SPECS as SCHEDULERS
from models.spec import (
    BitFitTuning,
    CnnModel,
    DiskData,
    DocstringsData,
    DoraTuning,
    EmbeddedModel,
    EncoderDecoderModel,
    FileData,
    FullTuning,
    GptModel,
    GradualTuning,
    HeadTuning,
    HubData,
    HubModel,
    Ia3Tuning,
    LastLayersTuning,
    LayerwiseDecayTuning,
    LoraTuning,
    MultiTaskData,
    PrefixTuning,
    PromptTuning,
    QloraTuning,
    RnnModel,
    TinyModel,
    TransformerModel,
)

CONF_DIR = Path(conf.__file__).parent
CONFIG_NAME = "config"

# Options of the schema, by group: what a YAML option builds on with `defaults: [/schema/<group>/<name>@_here_]`.
SCHEMAS: dict[str, dict[str, type]] = {
    "data": {
        "docstrings": DocstringsData,
        "files": FileData,
        "hub": HubData,
        "disk": DiskData,
        "multi_task": MultiTaskData,
    },
    "model": {
        "embedded": EmbeddedModel,
        "hub": HubModel,
        "tiny": TinyModel,
        "cnn": CnnModel,
        "rnn": RnnModel,
        "transformer": TransformerModel,
        "gpt": GptModel,
        "encoder_decoder": EncoderDecoderModel,
    },
    "tuning": {
        "full": FullTuning,
        "head": HeadTuning,
        "last_n": LastLayersTuning,
        "gradual": GradualTuning,
        "llrd": LayerwiseDecayTuning,
        "bitfit": BitFitTuning,
        "lora": LoraTuning,
        "dora": DoraTuning,
        "qlora": QloraTuning,
        "ia3": Ia3Tuning,
        "prompt": PromptTuning,
        "prefix": PrefixTuning,
    },
    "sampler": dict(SAMPLERS),
    "scheduler": dict(SCHEDULERS),
    "tracking": {"local": LocalTracking, "server": ServerTracking},
}

# Groups whose keys a trial's config has, so that they may be searched.
TRIAL_GROUPS = ("data", "model", "tuning", "train")


def register() -> None:
    """Put the schema into Hydra's ConfigStore. Harmless when done twice."""
    store = ConfigStore.instance()
    root = _node(Config)
    root.space._set_flag("struct", False)  # any new dimension may be added, without Hydra's `+`
    store.store(group="schema", name="config", node=root, package="_global_")
    for group, options in SCHEMAS.items():
        for name, schema in options.items():
            store.store(group=f"schema/{group}", name=name, node=_node(schema))


def _node(schema: type) -> DictConfig:
    """The schema as OmegaConf node; a frozen dataclass would make it read-only, and overrides could not reach it."""
    node: DictConfig = OmegaConf.structured(schema)
    _thaw(node)
    if schema is MultiTaskData:
        for name in ("tasks", "weights"):
            node[name]._set_flag("struct", False)  # any name may be given, without Hydra's `+`
    return node


def _thaw(node: Container) -> None:
    node._set_flag("readonly", None)
    if isinstance(node, DictConfig) and not node._is_none() and not node._is_missing():
        for key in node:
            child: Any = node._get_node(key)
            if isinstance(child, Container):
                _thaw(child)
