"""From any source of labelled texts to tokenized splits: read, check, divide, and tokenize once."""

from models.data.fingerprint import fingerprint
from models.data.prepare import prepare
from models.data.prepared import PreparedData, PreparedParts
from models.data.read import read
from models.data.splits import Splits

__all__ = ["PreparedData", "PreparedParts", "Splits", "fingerprint", "prepare", "read"]
