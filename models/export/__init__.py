"""A trained model as a plain folder of transformers, or as a smaller one of ours."""

from models.export.compact import Compact, compact
from models.export.folder import Exported, check_new, export
from models.export.readme import Origin

__all__ = ["Compact", "Exported", "Origin", "check_new", "compact", "export"]
