"""From any source of labelled texts to tokenized splits: read, check, divide, and tokenize once."""

from models.data.fingerprint import fingerprint
from models.data.prepare import PreparedData, prepare
from models.data.read import read
from models.data.splits import Splits

__all__ = ["PreparedData", "Splits", "fingerprint", "prepare", "read"]
