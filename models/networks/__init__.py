"""Small networks that begin at random; transformers' Auto classes know them once this package is imported."""

from transformers import AutoConfig, AutoModel

from models.networks.build import scratch_config
from models.networks.cnn import CnnEncoder
from models.networks.config import CnnConfig, RnnConfig, TransformerConfig
from models.networks.rnn import RnnEncoder
from models.networks.transformer import TransformerEncoder

for _config, _encoder in (
    (CnnConfig, CnnEncoder),
    (RnnConfig, RnnEncoder),
    (TransformerConfig, TransformerEncoder),
):
    AutoConfig.register(_config.model_type, _config, exist_ok=True)
    AutoModel.register(_config, _encoder, exist_ok=True)

__all__ = [
    "CnnConfig",
    "CnnEncoder",
    "RnnConfig",
    "RnnEncoder",
    "TransformerConfig",
    "TransformerEncoder",
    "scratch_config",
]
