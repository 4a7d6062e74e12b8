"""Pretrained models: where their files are, their tokenizer, their configuration, their weights."""

from models.pretrained.check import check
from models.pretrained.load import load_config, load_encoder, load_tokenizer
from models.pretrained.rebuild import encoder_from_config

__all__ = ["check", "encoder_from_config", "load_config", "load_encoder", "load_tokenizer"]
