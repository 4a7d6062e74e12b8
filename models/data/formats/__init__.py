"""What the rows of each task are: how they are read, checked and tokenized. One file a kind of rows."""

from models.data.formats.answers import Answers
from models.data.formats.base import Format, Normalized, Parts, Row
from models.data.formats.label_sets import LabelSets
from models.data.formats.labelled import Classes
from models.data.formats.numbers import Numbers
from models.data.formats.pairs_to_generate import Generation
from models.data.formats.running_text import RunningText
from models.data.formats.tagged import Tagged

FORMATS: dict[str, Format] = {
    "text_classification": Classes(),
    "multi_label_classification": LabelSets(),
    "regression": Numbers(),
    "token_classification": Tagged(),
    "question_answering": Answers(),
    "translation": Generation(),
    "summarization": Generation(),
    "language_modeling": RunningText(),
}

__all__ = ["FORMATS", "Format", "Normalized", "Parts", "Row"]
