"""Pretrained models: where their files are, their tokenizer, their configuration, their weights."""

from models.pretrained.check import check
from models.pretrained.load import check_kind, load_backbone, load_config, load_tokenizer, longest_input
from models.pretrained.rebuild import backbone_from_config
from models.pretrained.tokenizers import Tokenizers

__all__ = [
    "Tokenizers",
    "backbone_from_config",
    "check",
    "check_kind",
    "load_backbone",
    "load_config",
    "load_tokenizer",
    "longest_input",
]
