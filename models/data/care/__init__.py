"""Look after the data: bring texts into one form, find rows that harm, and say what the data is like."""

from models.data.care.build import build_card
from models.data.care.card import DataCard, Lengths, Numbers
from models.data.care.clean import clean
from models.data.care.findings import Finding, Findings
from models.data.care.normalize import normalize_text
from models.data.care.parts_card import PartsCard

__all__ = [
    "DataCard",
    "Finding",
    "Findings",
    "Lengths",
    "Numbers",
    "PartsCard",
    "build_card",
    "clean",
    "normalize_text",
]
